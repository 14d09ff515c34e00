/**
 * Separates the first entry of a kind from later entries of the same kind within a period. Later entries of this kind
 * are counted, but not recorded.
 */

/**
 * The maximum number of kinds of entries. All further kinds are counted as one kind, so that an attacker with many
 * addresses cannot fill the memory.
 */
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

  /**
   * Removes the kinds of entries whose period has ended. Returns each removed kind that had repeated entries, with the
   * number of repetitions.
   */
  ended(now: number): { of: T; count: number }[] {
    const over = [...this.#kinds].filter(([, { since }]) => now - since >= this.#whileMs);
    for (const [kind] of over) this.#kinds.delete(kind);
    return over.flatMap(([, { of, count }]) => (count > 0 ? [{ of, count }] : []));
  }
}
