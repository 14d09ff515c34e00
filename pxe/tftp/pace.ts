/**
 * How long to wait for an ACK: an estimate from measured round trips with backoff (RFC 1123 §4.2.3.2, RFC 6298),
 * or exactly what the client asked for (RFC 2349). Pure.
 */

/** Before anything was measured. */
const FIRST_MS = 1000;
/** Firmware also writes the block to memory and draws a dot. */
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

  /** Only of blocks that were sent once: the ACK of a repeated one does not say which it answers. */
  measured(ms: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms;
      this.#variationMs = ms / 2;
      return;
    }
    this.#variationMs += (Math.abs(ms - this.#smoothedMs) - this.#variationMs) / 4;
    this.#smoothedMs += (ms - this.#smoothedMs) / 8;
  }

  /** After so many timeouts in a row. */
  waitMs(tries: number): number {
    if (this.#fixedMs !== undefined) return this.#fixedMs;
    const base = this.#smoothedMs === undefined ? FIRST_MS : Math.max(this.#smoothedMs + 4 * this.#variationMs, LEAST_MS);
    return Math.min(base * 2 ** tries, MOST_MS);
  }

  get roundTripMs(): number {
    return this.#smoothedMs ?? 0;
  }

  /** When a repeated ACK hints that a block was lost: long enough for one that is only late. */
  get quickMs(): number {
    return Math.max(2 * this.roundTripMs, LEAST_QUICK_MS);
  }
}
