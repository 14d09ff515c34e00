/** Polls an answer of the daemon every few seconds, for data that the live feed does not report. */
import { useEffect, useState } from "react";
import { useAttempt } from "./attempt.tsx";
import { usePage } from "./page-context.ts";

const AGAIN_MS = 10_000;

/** `wanted` is false if the user's role does not allow the request. */
export function useAnswer<T>(ask: () => Promise<T>, wanted = true) {
  const { client } = usePage();
  const [answer, setAnswer] = useState<T>();
  const { attempt, problem } = useAttempt();
  const refresh = () => attempt(async () => setAnswer(await ask()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each session, then by the clock
  useEffect(() => {
    if (!wanted) return;
    void refresh();
    const timer = setInterval(() => void refresh(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [client, wanted]);
  return { answer, problem, refresh };
}
