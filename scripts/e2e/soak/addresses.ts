/**
 * Records which address each machine leases and until when, as the machines understand it. No address may be
 * leased to two machines at once.
 */

interface Holding {
  mac: string;
  until: number;
}

export class Addresses {
  readonly #held = new Map<string, Holding>();
  readonly #of = new Map<string, string>();

  /**
   * Records a lease. Returns the machine that already has the address, if it is another one and its lease
   * still runs.
   */
  take(address: string, mac: string, leaseSeconds: number, now: number): string | undefined {
    const before = this.#held.get(address);
    const holder = before && before.mac !== mac && before.until > now ? before.mac : undefined;
    // A machine has one address: with a new one it gives up the old one.
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
