/** The audit's chain, gone over by this page itself: all records, some thousand at a time. */
import { useEffect, useRef, useState } from "react";
import { useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Chain, type ChainState } from "./chain.ts";

/** So few that the page answers in between. */
const AT_ONCE = 2000;

export interface Verified {
  state: ChainState;
  /** The daemon's time when it was through; undefined while it goes on. */
  at: string | undefined;
}

export function useChain() {
  const { client, clock } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [verified, setVerified] = useState<Verified>();
  const left = useRef(false);
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
    };
  }, []);
  const verify = () =>
    attempt(async () => {
      const chain = new Chain();
      for (let after = 0; !left.current; ) {
        const lines = new TextDecoder().decode(await client.exportAudit({ after, limit: AT_ONCE }));
        chain.take(lines);
        const state = chain.state();
        if (state.last <= after) {
          setVerified({ state: chain.conclude(), at: new Date(clock.nowMs()).toISOString() });
          return;
        }
        after = state.last;
        setVerified({ state, at: undefined });
      }
    });
  return { verified, busy, problem, verify };
}
