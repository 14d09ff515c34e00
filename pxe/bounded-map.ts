/**
 * A map with a maximum number of keys. A new key in a full map displaces the oldest key, so a flood of machines
 * cannot fill the memory.
 */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: Key, value: Value): this {
    // A JavaScript map keeps the order of insertion. Therefore the code deletes a rewritten key first, so that it
    // becomes the newest key.
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#most) this.delete(this.keys().next().value as Key);
    return this;
  }
}
