/** The pause after a failure. It grows with each failure, and differs between clients, so that they do not return together. */
import { setTimeout as sleep } from "node:timers/promises";
import { backoff } from "../../errors/backoff.ts";

export interface Timing {
  signal: AbortSignal;
  /** Returns a number from 0 to 1. */
  random?: () => number;
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

const RETRY = { first: 500, most: 30_000 };

export const systemPause = (ms: number, signal: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal, ref: false });

/** Ends early, and without an error, when the signal is aborted. */
export async function pauseAfter(failures: number, { signal, random = Math.random, pause = systemPause }: Timing): Promise<void> {
  const ms = backoff(RETRY, failures) * (0.5 + random() / 2);
  await pause(ms, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
