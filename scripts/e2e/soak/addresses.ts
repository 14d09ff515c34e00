/**
 * Records the address that each machine leases, and the time at which the machine believes that its lease ends. No
 * address may be leased to two machines at the same time.
 */

interface Holding {
  mac: string;
  until: number;
}

export class Addresses {
  readonly #held = new Map<string, Holding>();
  readonly #of = new Map<string, string>();

  /** Records a lease. The result is the other machine if it has an unexpired lease of the address. */
  take(address: string, mac: string, leaseSeconds: number, now: number): string | undefined {
    const before = this.#held.get(address);
    const holder = before && before.mac !== mac && before.until > now ? before.mac : undefined;
    // A machine has only one address, so it gives up its old address when it receives a new one.
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
