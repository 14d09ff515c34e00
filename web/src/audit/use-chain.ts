/** Verifies the whole audit chain in the browser, a few thousand records at a time. */
import { useEffect, useRef, useState } from "react";
import { useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Chain, type ChainState } from "./chain.ts";

/** The number of records per step, small enough to keep the page responsive. */
const AT_ONCE = 2000;

export interface Verified {
  state: ChainState;
  /** The time on the daemon's clock when the verification ended. The value is undefined while the verification runs. */
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
