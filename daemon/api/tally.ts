/** Counts what each key holds. A key that holds nothing takes no memory. */
export class Tally {
  readonly #held = new Map<string, number>();
  #inAll = 0;

  of(key: string): number {
    return this.#held.get(key) ?? 0;
  }

  /** Counts one more, and returns the function that gives it back. A second call of this function changes nothing. */
  take(key: string): () => void {
    this.#held.set(key, this.of(key) + 1);
    this.#inAll += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#inAll -= 1;
      const left = this.of(key) - 1;
      if (left === 0) this.#held.delete(key);
      else this.#held.set(key, left);
    };
  }

  get inAll(): number {
    return this.#inAll;
  }
}
