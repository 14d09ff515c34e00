/** Tells the first of a kind from those that follow it within a while, which are counted. */

/** More kinds at once are one kind: addresses are cheap to whoever makes them up. */
const MOST_KINDS = 1000;

export class Repeats<T> {
  readonly #whileMs: number;
  readonly #kinds = new Map<string, { since: number; count: number; of: T }>();

  constructor(whileMs: number) {
    this.#whileMs = whileMs;
  }

  first(kind: string, of: T, now: number): boolean {
    const key = this.#kinds.has(kind) || this.#kinds.size < MOST_KINDS ? kind : "others";
    const known = this.#kinds.get(key);
    if (known === undefined) {
      this.#kinds.set(key, { since: now, count: 0, of });
      return true;
    }
    known.count += 1;
    return false;
  }

  /** Those whose while is over; each is told once, and only where something was counted. */
  ended(now: number): { of: T; count: number }[] {
    const over = [...this.#kinds].filter(([, { since }]) => now - since >= this.#whileMs);
    for (const [kind] of over) this.#kinds.delete(kind);
    return over.flatMap(([, { of, count }]) => (count > 0 ? [{ of, count }] : []));
  }
}
