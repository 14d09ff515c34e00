/** Computes the delay before the next attempt to connect. */
const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/**
 * Doubles with each failure. Random jitter of up to half the delay prevents many pages from reconnecting at the same
 * time. `random` is at least 0 and less than 1.
 */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(full * (0.5 + random / 2));
}
