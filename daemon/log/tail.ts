/**
 * Keeps the newest items of a numbered sequence. Drops the oldest items when their number or their total size exceeds
 * a limit.
 */

/** The limits of a stored log. The supervisor and control store the same number of lines. */
export const MOST_LINES = 10_000;
export const MOST_CHARACTERS = 4 * 1024 * 1024;

interface Kept<T> {
  seq: number;
  item: T;
  size: number;
}

export class Tail<T> {
  readonly #most: number;
  readonly #mostSize: number;
  #kept: Kept<T>[] = [];
  #size = 0;
  #last = 0;

  constructor(most: number, mostSize: number) {
    this.#most = most;
    this.#mostSize = mostSize;
  }

  get last(): number {
    return this.#last;
  }

  /** Adds an item with the given number, or with the next number if none is given. */
  add(item: T, size: number, seq = this.#last + 1): void {
    this.#kept.push({ seq, item, size });
    this.#size += size;
    this.#last = seq;
    if (this.#kept.length > this.#most || this.#size > this.#mostSize) this.#letGo();
  }

  after(seq: number, limit = Number.POSITIVE_INFINITY): { seq: number; item: T }[] {
    const first = this.#firstAfter(seq);
    return this.#kept.slice(first, first + limit);
  }

  clear(): void {
    this.#kept = [];
    this.#size = 0;
    this.#last = 0;
  }

  /** Drops a tenth of the items at a time, because each removal moves all remaining items. */
  #letGo(): void {
    const [most, mostSize] = [this.#most * 0.9, this.#mostSize * 0.9];
    let gone = 0;
    while (this.#kept.length - gone > most || (this.#size > mostSize && gone < this.#kept.length - 1)) {
      this.#size -= this.#kept[gone]?.size ?? 0;
      gone += 1;
    }
    this.#kept = this.#kept.slice(gone);
  }

  #firstAfter(seq: number): number {
    let [low, high] = [0, this.#kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#kept[middle]?.seq ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
