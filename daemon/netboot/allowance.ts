/** A number of uses that a clock refills: `burst` at once, and then `aSecond` (a token bucket). */
export class Allowance {
  readonly #rate: { burst: number; aSecond: number };
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(rate: { burst: number; aSecond: number }, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#left = rate.burst;
    this.#at = now();
  }

  /** Uses one. Returns false if none is left. */
  take(): boolean {
    const now = this.#now();
    const { burst, aSecond } = this.#rate;
    // A clock that was set back must not stop the refill.
    this.#left = Math.min(burst, this.#left + (Math.max(now - this.#at, 0) / 1000) * aSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
