/**
 * Limits the number of calls per second, separately for each key. A call beyond the limit is refused. The memory use
 * has a fixed limit, even with a huge number of keys.
 */

import { BoundedMap } from "../bounded-map.ts";

const MOST_KEYS = 65_536;

export class Budget {
  readonly #perSecond: number;
  readonly #spent = new BoundedMap<string, number>(MOST_KEYS);
  #second = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  spend(key: string): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#spent.clear();
    }
    const spent = (this.#spent.get(key) ?? 0) + 1;
    this.#spent.set(key, spent);
    return spent <= this.#perSecond;
  }
}
