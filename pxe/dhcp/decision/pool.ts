/**
 * Manages the leases of one subnet. A machine has one lease in each subnet. The leases are keyed by MAC address, because one machine's firmware, iPXE,
 * installer and system send different client identifiers. The pool reads the store once at start, and saves every
 * lease before the server promises it.
 */
import type { Lease, LeaseStore } from "../../boot-source.ts";
import { type Block, blockHolds, toAddress } from "../message/address.ts";
import { declinedByOthers, setAsideFor } from "./declines.ts";
import { type AddressRange, FreeList } from "./free-list.ts";

export interface PoolOptions {
  block: Block;
  ranges: readonly AddressRange[];
  /** Addresses that the pool must never lease: the server's own address and the router's address. */
  exclude: readonly string[];
  reservations: Readonly<Record<string, string>>;
  leaseSeconds: number;
  store: Pick<LeaseStore, "all" | "save">;
  now: () => number;
}

/** EDK2 repeats its DISCOVER for half a minute, and must receive the same offer each time. */
const OFFER_MS = 120_000;
/** An address that ARP shows in use is avoided for a shorter time, because the ARP table may be outdated. */
const SUSPECTED_MS = 10 * 60_000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #byMac = new Map<string, Lease>();
  readonly #byAddress = new Map<string, Lease>();
  readonly #excluded: ReadonlySet<string>;
  readonly #reserved: ReadonlyMap<string, string>;
  readonly #free: FreeList;
  /** The name of the subnet. The store keeps one lease for each machine and subnet. */
  readonly #network: string;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#network = `${toAddress(options.block.network)}/${options.block.prefix}`;
    const reservations = Object.entries(options.reservations).filter(([, address]) => blockHolds(options.block, address));
    this.#reserved = new Map(reservations);
    this.#excluded = new Set([...options.exclude, ...this.#reserved.values()]);
    this.#free = new FreeList(options.ranges, this.#excluded, this.#byAddress);
    for (const lease of options.store.all()) if (blockHolds(options.block, lease.address)) this.#remember(lease);
  }

  /** Returns the address to offer, and reserves it for two minutes. Returns undefined if the subnet has no free address. */
  offer(mac: string, wanted: string | undefined, hostname?: string): string | undefined {
    const now = this.#options.now();
    const held = this.#byMac.get(mac);
    const address =
      this.#reserved.get(mac) ?? this.#stillGood(held) ?? this.#ifFree(wanted, mac) ?? this.#free.next(now) ?? this.#lastResort(mac, now);
    if (address === undefined) return undefined;
    // If the client repeats its request, a bound lease stays bound.
    if (held?.address === address && held.state === "bound" && held.expiresAt > now) return address;
    // An offer makes no promise and may be forgotten after a restart, so it is not saved.
    this.#remember(this.#lease(mac, address, "offered", now + OFFER_MS, hostname));
    return address;
  }

  /**
   * Returns false if the pool refuses this address to the machine. If the result is true, the server must wait for
   * `settled` of the store before it sends the ACK.
   */
  bind(mac: string, address: string, hostname?: string): boolean {
    if (!this.mayHave(mac, address)) return false;
    const lease = this.#lease(mac, address, "bound", this.#options.now() + this.#options.leaseSeconds * 1000, hostname);
    this.#options.store.save(lease);
    this.#remember(lease);
    return true;
  }

  mayHave(mac: string, address: string): boolean {
    const reserved = this.#reserved.get(mac);
    return reserved === undefined ? this.#ifFree(address, mac) !== undefined : reserved === address;
  }

  /** True if this machine has a reservation or a stored lease in this pool. The stored lease may have expired. */
  knows(mac: string): boolean {
    return this.#reserved.has(mac) || this.#byMac.has(mac);
  }

  /** Returns the current lease of this machine, either offered or bound. */
  held(mac: string): Lease | undefined {
    const lease = this.#byMac.get(mac);
    return lease && lease.state !== "declined" && lease.state !== "released" ? lease : undefined;
  }

  /** True if this machine has an active lease or a reservation for the address. */
  isSettled(mac: string, address: string): boolean {
    if (this.#reserved.get(mac) === address) return true;
    const lease = this.#byMac.get(mac);
    return lease?.address === address && lease.state === "bound" && lease.expiresAt > this.#options.now();
  }

  /** Call this function when the client has accepted the offer of another server. */
  withdraw(mac: string): void {
    const lease = this.#byMac.get(mac);
    if (lease?.state === "offered") this.#forget(lease);
  }

  /** Releases the lease, but reserves the address for its last holder while other addresses are free. */
  release(mac: string, address: string): boolean {
    const lease = this.#byMac.get(mac);
    if (lease?.address !== address || lease.state !== "bound") return false;
    const released: Lease = { ...lease, state: "released", expiresAt: this.#options.now() };
    this.#options.store.save(released);
    this.#remember(released);
    this.#free.returned(address);
    return true;
  }

  /** Accepts a DECLINE only from the holder of the address. Returns the number of addresses that are set aside for it. */
  decline(mac: string, address: string): number {
    if (this.held(mac)?.address !== address) return 0;
    const { addresses, forMs } = setAsideFor(this.#byAddress.values(), mac, address, this.#options.now());
    for (const each of addresses) this.#setAside(each, forMs, { kind: "declined", by: mac });
    return addresses.length;
  }

  /** On its own link, the server looks for a user of this address before it offers the address. */
  #lastResort(mac: string, now: number): string | undefined {
    return declinedByOthers(this.#byAddress.values(), mac, now).find((address) => this.#leasable(address));
  }

  #leasable(address: string): boolean {
    return this.#free.covers(address) && !this.#excluded.has(address);
  }

  /** Makes the address available again at the operator's request. Returns false if the address was not set aside. */
  giveBack(address: string): boolean {
    const lease = this.#byAddress.get(address);
    if (lease?.cause === undefined || lease.state === "bound") return false;
    const { cause: _, ...rest } = lease;
    this.#options.store.save({ ...rest, state: "released", expiresAt: this.#options.now() });
    this.#forget(lease);
    return true;
  }

  /**
   * Handles an address that the machine `usedBy` uses according to ARP. If the machine has no lease or reservation,
   * the pool keeps the address for this machine only. The machine probably got the address from Muster before the
   * database was lost.
   */
  suspect(address: string, usedBy: string): void {
    const lease = this.#byAddress.get(address);
    if (lease) this.#forget(lease);
    const cause = { kind: "in-use", by: usedBy } as const;
    if (this.knows(usedBy)) this.#setAside(address, SUSPECTED_MS, cause);
    else {
      const kept: Lease = { ...this.#lease(usedBy, address, "offered", this.#options.now() + SUSPECTED_MS), cause };
      // The pool saves this lease only to display it. No DHCP answer depends on the saved lease.
      this.#options.store.save(kept);
      this.#remember(kept);
    }
  }

  /** Saves the lease under an invented name instead of a MAC address, so that the machine may hold another address. */
  #setAside(address: string, forMs: number, cause: NonNullable<Lease["cause"]>): void {
    const lease = this.#byAddress.get(address);
    if (lease) this.#forget(lease);
    const declined: Lease = { ...this.#lease(`declined ${address}`, address, "declined", this.#options.now() + forMs), cause };
    this.#options.store.save(declined);
    this.#remember(declined);
  }

  #lease(mac: string, address: string, state: Lease["state"], expiresAt: number, hostname?: string): Lease {
    return { mac, network: this.#network, address, state, expiresAt, ...(hostname !== undefined && { hostname }) };
  }

  #stillGood(lease: Lease | undefined): string | undefined {
    if (!lease || lease.state === "declined" || !this.#leasable(lease.address)) return undefined;
    return this.#byAddress.get(lease.address)?.mac === lease.mac ? lease.address : undefined;
  }

  /** Returns the address if it is in a range and no other machine holds it. */
  #ifFree(address: string | undefined, mac: string): string | undefined {
    if (address === undefined || !this.#leasable(address)) return undefined;
    const lease = this.#byAddress.get(address);
    if (!lease || lease.mac === mac || lease.expiresAt <= this.#options.now()) return address;
    return undefined;
  }

  #remember(lease: Lease): void {
    const before = this.#byMac.get(lease.mac);
    if (before && before.address !== lease.address) this.#forget(before);
    const holder = this.#byAddress.get(lease.address);
    if (holder && holder.mac !== lease.mac) this.#byMac.delete(holder.mac);
    this.#byMac.set(lease.mac, lease);
    this.#byAddress.set(lease.address, lease);
  }

  #forget(lease: Lease): void {
    this.#byMac.delete(lease.mac);
    if (this.#byAddress.get(lease.address)?.mac !== lease.mac) return;
    this.#byAddress.delete(lease.address);
    this.#free.returned(lease.address);
  }
}
