/** Limits the number of open live feeds: for each key, and for all keys together. */
import { MusterError } from "../errors/errors.ts";
import { Tally } from "./tally.ts";

export interface LiveLimits {
  perKey: number;
  inAll: number;
}

/** Every browser tab opens one live feed. */
export const LIVE_LIMITS: LiveLimits = { perKey: 100, inAll: 500 };

export class LivePlaces {
  readonly #limits: LiveLimits;
  readonly #held = new Tally();

  constructor(limits: LiveLimits = LIVE_LIMITS) {
    this.#limits = limits;
  }

  /** Takes a place, and returns the function that gives it back. Throws if the key or control has no place left. */
  take(keyId: string): () => void {
    const { perKey, inAll } = this.#limits;
    if (this.#held.of(keyId) >= perKey) throw full(`a key may open ${perKey} live feeds at a time`);
    if (this.#held.inAll >= inAll) throw full(`control serves ${inAll} live feeds at a time`);
    return this.#held.take(keyId);
  }
}

const full = (what: string) => new MusterError("RATE_LIMITED", `${what}; close a page and connect again`);
