/** Asks again and again for what has no blocking query, such as the leader. */
import { ClusterFailure } from "../../errors/cluster-failures.ts";
import { pauseAfter, systemPause, type Timing } from "../wire/retry.ts";

const EVERY_MS = 10_000;

export async function poll<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
  timing: Timing,
  take: (news: Value | ClusterFailure) => void,
): Promise<void> {
  const { signal, pause = systemPause } = timing;
  let failures = 0;
  while (!signal.aborted) {
    try {
      take(await ask(signal));
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ClusterFailure)) throw error;
      failures += 1;
      take(error);
    }
    if (failures > 0) await pauseAfter(failures, timing);
    else
      await pause(EVERY_MS, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
  }
}
