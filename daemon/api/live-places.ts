/** Limits the number of open live feeds: for each key, and for all keys together. */
import { MusterError } from "../errors/errors.ts";

export interface LiveLimits {
  perKey: number;
  inAll: number;
}

/** Every browser tab opens one live feed. */
export const LIVE_LIMITS: LiveLimits = { perKey: 100, inAll: 500 };

export class LivePlaces {
  readonly #limits: LiveLimits;
  readonly #held = new Map<string, number>();
  #inAll = 0;

  constructor(limits: LiveLimits = LIVE_LIMITS) {
    this.#limits = limits;
  }

  /** Takes a place, and returns the function that gives it back. Throws if the key or control has no place left. */
  take(keyId: string): () => void {
    const { perKey, inAll } = this.#limits;
    const held = this.#held.get(keyId) ?? 0;
    if (held >= perKey) throw full(`a key may open ${perKey} live feeds at a time`);
    if (this.#inAll >= inAll) throw full(`control serves ${inAll} live feeds at a time`);
    this.#held.set(keyId, held + 1);
    this.#inAll += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#inAll -= 1;
      const left = (this.#held.get(keyId) ?? 1) - 1;
      if (left === 0) this.#held.delete(keyId);
      else this.#held.set(keyId, left);
    };
  }
}

const full = (what: string) => new MusterError("RATE_LIMITED", `${what}; close a page and connect again`);
