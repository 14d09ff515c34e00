/** Searches the runbooks after each change of the search. Waits until the user stops typing. */
import { useEffect, useState } from "react";
import type { RunbookSearch } from "../../../../daemon/contract/changes/incident.ts";
import type { FoundRunbooks } from "../../../../daemon/contract/changes/offer.ts";
import { useAttempt } from "../../parts/attempt.tsx";
import { usePage } from "../../parts/page-context.ts";

const PAUSE_MS = 200;

export function useRunbooks(search: RunbookSearch) {
  const { client } = usePage();
  const [found, setFound] = useState<FoundRunbooks>();
  const { attempt, problem } = useAttempt();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text of the search stands for the search
  useEffect(() => {
    let current = true;
    const ask = async () => {
      const answer = await client.searchRunbooks(search);
      // An answer to an earlier search can arrive after the answer to this one.
      if (current) setFound(answer);
    };
    const timer = setTimeout(() => void attempt(ask), found === undefined ? 0 : PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [client, JSON.stringify(search)]);
  return { found, problem };
}
