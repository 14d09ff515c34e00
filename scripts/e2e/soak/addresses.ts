/** Who was promised which address until when, as the machines understand it: what must never belong to two at once. */

interface Holding {
  mac: string;
  until: number;
}

export class Addresses {
  readonly #held = new Map<string, Holding>();
  readonly #of = new Map<string, string>();

  /** The machine that holds it already, if that is another one and its lease has not ended. */
  take(address: string, mac: string, leaseSeconds: number, now: number): string | undefined {
    const before = this.#held.get(address);
    const holder = before && before.mac !== mac && before.until > now ? before.mac : undefined;
    // A machine has one address: with the new one it gave up its former.
    this.drop(mac);
    this.#held.set(address, { mac, until: now + leaseSeconds * 1000 });
    this.#of.set(mac, address);
    return holder;
  }

  drop(mac: string): void {
    const address = this.#of.get(mac);
    this.#of.delete(mac);
    if (address !== undefined && this.#held.get(address)?.mac === mac) this.#held.delete(address);
  }
}
