/**
 * Who gets which address. Keyed by MAC address, because firmware, iPXE, installer and system of one machine each
 * send another client identifier. The store is asked once at start and told before anything is promised.
 */
import type { Lease, LeaseStore } from "../boot-source.ts";

export interface PoolOptions {
  from: string;
  to: string;
  /** Never handed out by choice: ours, the router's. */
  exclude: readonly string[];
  reservations: Readonly<Record<string, string>>;
  leaseSeconds: number;
  store: LeaseStore;
  now: () => number;
}

/** EDK2 repeats its DISCOVER for half a minute; the offer must stay the same for as long. */
const OFFER_MS = 120_000;
/** A declined address is in use by somebody we do not know; Kea waits as long. */
const DECLINED_MS = 24 * 3_600_000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #byMac = new Map<string, Lease>();
  readonly #byAddress = new Map<string, Lease>();
  readonly #first: number;
  readonly #last: number;
  readonly #excluded: ReadonlySet<string>;
  #next: number;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#first = toNumber(options.from);
    this.#last = toNumber(options.to);
    if (this.#last < this.#first) throw new RangeError(`the range ${options.from} to ${options.to} is empty`);
    this.#excluded = new Set([...options.exclude, ...Object.values(options.reservations)]);
    this.#next = this.#first;
    for (const lease of options.store.all()) this.#remember(lease);
  }

  /** The address to offer, kept for this machine for a while; nothing when the range is used up. */
  offer(mac: string, wanted: string | undefined, hostname?: string): string | undefined {
    const held = this.#byMac.get(mac);
    const address = this.#options.reservations[mac] ?? this.#stillGood(held) ?? this.#free(wanted, mac) ?? this.#search(mac);
    if (address === undefined) return undefined;
    // A bound lease stays bound while its holder asks again.
    if (held?.address === address && held.state === "bound" && held.expiresAt > this.#options.now()) return address;
    // Not saved: an offer promises nothing, and a restart may forget it.
    this.#remember({ mac, address, state: "offered", expiresAt: this.#options.now() + OFFER_MS, ...(hostname && { hostname }) });
    return address;
  }

  /** True once the lease is on disk; false when this machine may not have this address. */
  bind(mac: string, address: string, hostname?: string): boolean {
    if (!this.mayHave(mac, address)) return false;
    const lease: Lease = {
      mac,
      address,
      state: "bound",
      expiresAt: this.#options.now() + this.#options.leaseSeconds * 1000,
      ...(hostname && { hostname }),
    };
    this.#options.store.save(lease);
    this.#remember(lease);
    return true;
  }

  mayHave(mac: string, address: string): boolean {
    const reserved = this.#options.reservations[mac];
    if (reserved !== undefined) return reserved === address;
    if (this.#byMac.get(mac)?.address === address && this.#byMac.get(mac)?.state !== "declined") return !this.#excluded.has(address);
    return this.#free(address, mac) !== undefined;
  }

  /** What this machine holds now, offered or bound. */
  held(mac: string): Lease | undefined {
    const lease = this.#byMac.get(mac);
    return lease && lease.state !== "declined" && lease.state !== "released" ? lease : undefined;
  }

  /** The machine chose another server's offer. */
  withdraw(mac: string): void {
    const lease = this.#byMac.get(mac);
    if (lease?.state === "offered") this.#forget(lease);
  }

  /** Keeps the address for its last holder while others are free. */
  release(mac: string, address: string): boolean {
    const lease = this.#byMac.get(mac);
    if (lease?.address !== address || lease.state !== "bound") return false;
    const released: Lease = { ...lease, state: "released", expiresAt: this.#options.now() };
    this.#options.store.save(released);
    this.#remember(released);
    return true;
  }

  /** Only the holder may say that its address is in use by somebody else: anybody could empty the range otherwise. */
  decline(mac: string, address: string): boolean {
    const lease = this.#byMac.get(mac);
    if (lease?.address !== address || (lease.state !== "bound" && lease.state !== "offered")) return false;
    this.#forget(lease);
    // Under a name no machine has, so that the machine itself may hold another address meanwhile.
    const declined: Lease = { mac: `declined ${address}`, address, state: "declined", expiresAt: this.#options.now() + DECLINED_MS };
    this.#options.store.save(declined);
    this.#remember(declined);
    return true;
  }

  #stillGood(lease: Lease | undefined): string | undefined {
    if (!lease || lease.state === "declined" || this.#excluded.has(lease.address) || !this.#inRange(lease.address)) return undefined;
    return this.#byAddress.get(lease.address)?.mac === lease.mac ? lease.address : undefined;
  }

  /** The address itself when it is in the range and nobody else holds it. */
  #free(address: string | undefined, mac: string): string | undefined {
    if (address === undefined || this.#excluded.has(address) || !this.#inRange(address)) return undefined;
    const lease = this.#byAddress.get(address);
    if (!lease || lease.mac === mac || lease.expiresAt <= this.#options.now()) return address;
    return undefined;
  }

  /** Never used before recently used: a machine that comes back finds its address. */
  #search(mac: string): string | undefined {
    const size = this.#last - this.#first + 1;
    let expired: Lease | undefined;
    for (let step = 0; step < size; step++) {
      const number = this.#first + ((this.#next - this.#first + step) % size);
      const address = toAddress(number);
      const lease = this.#byAddress.get(address);
      if (!lease && !this.#excluded.has(address)) {
        this.#next = number + 1 > this.#last ? this.#first : number + 1;
        return address;
      }
      if (lease && this.#free(address, mac) !== undefined && lease.expiresAt < (expired?.expiresAt ?? Number.POSITIVE_INFINITY))
        expired = lease;
    }
    return expired?.address;
  }

  #inRange(address: string): boolean {
    const number = toNumber(address);
    return number >= this.#first && number <= this.#last;
  }

  #remember(lease: Lease): void {
    const before = this.#byMac.get(lease.mac);
    if (before && before.address !== lease.address) this.#byAddress.delete(before.address);
    const holder = this.#byAddress.get(lease.address);
    if (holder && holder.mac !== lease.mac) this.#byMac.delete(holder.mac);
    this.#byMac.set(lease.mac, lease);
    this.#byAddress.set(lease.address, lease);
  }

  #forget(lease: Lease): void {
    this.#byMac.delete(lease.mac);
    if (this.#byAddress.get(lease.address)?.mac === lease.mac) this.#byAddress.delete(lease.address);
  }
}

const toNumber = (address: string): number => address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
const toAddress = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
