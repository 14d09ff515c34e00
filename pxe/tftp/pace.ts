/**
 * Computes the waiting time for an ACK from measured round trips, with backoff (RFC 1123 §4.2.3.2, RFC 6298). A time
 * that the client requested (RFC 2349) is used unchanged. Pure.
 */

/** The waiting time before the first measurement. */
const FIRST_MS = 1000;
/** The wait is at least this long, because firmware also writes each block to memory and prints a dot. */
const LEAST_MS = 100;
const MOST_MS = 8000;
const LEAST_QUICK_MS = 4;

export class Pace {
  readonly #fixedMs: number | undefined;
  #smoothedMs: number | undefined;
  #variationMs = 0;

  constructor(fixedMs?: number) {
    this.#fixedMs = fixedMs;
  }

  /** Call this function only for a block that was sent once. The ACK of a repeated block does not show which copy arrived. */
  measured(ms: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms;
      this.#variationMs = ms / 2;
      return;
    }
    this.#variationMs += (Math.abs(ms - this.#smoothedMs) - this.#variationMs) / 4;
    this.#smoothedMs += (ms - this.#smoothedMs) / 8;
  }

  /** The parameter `tries` is the number of timeouts in a row. */
  waitMs(tries: number): number {
    if (this.#fixedMs !== undefined) return this.#fixedMs;
    const base = this.#smoothedMs === undefined ? FIRST_MS : Math.max(this.#smoothedMs + 4 * this.#variationMs, LEAST_MS);
    return Math.min(base * 2 ** tries, MOST_MS);
  }

  get roundTripMs(): number {
    return this.#smoothedMs ?? 0;
  }

  /** A repeated ACK suggests a lost block. This is the delay before the block is sent again, in case the block is only late. */
  get quickMs(): number {
    return Math.max(2 * this.roundTripMs, LEAST_QUICK_MS);
  }
}
