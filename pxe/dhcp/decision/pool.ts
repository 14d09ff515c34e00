/**
 * The leases of one subnet. They are keyed by MAC address, because firmware, iPXE, installer and system of
 * one machine send different client identifiers. The store is read once at start, and every lease is saved
 * before it is promised.
 */
import type { Lease, LeaseStore } from "../../boot-source.ts";
import { type Block, blockHolds } from "../message/address.ts";
import { type AddressRange, FreeList } from "./free-list.ts";

export interface PoolOptions {
  block: Block;
  ranges: readonly AddressRange[];
  /** Addresses that are never handed out: ours and the router's. */
  exclude: readonly string[];
  reservations: Readonly<Record<string, string>>;
  leaseSeconds: number;
  store: Pick<LeaseStore, "all" | "save">;
  now: () => number;
}

/** EDK2 repeats its DISCOVER for half a minute, and the offer must stay the same during that time. */
const OFFER_MS = 120_000;
/** A declined address is used by an unknown machine. Kea waits as long. */
const DECLINED_MS = 24 * 3_600_000;
/** Shorter, because an entry of the ARP table may be outdated. */
const SUSPECTED_MS = 10 * 60_000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #byMac = new Map<string, Lease>();
  readonly #byAddress = new Map<string, Lease>();
  readonly #excluded: ReadonlySet<string>;
  readonly #reserved: ReadonlyMap<string, string>;
  readonly #free: FreeList;

  constructor(options: PoolOptions) {
    this.#options = options;
    const reservations = Object.entries(options.reservations).filter(([, address]) => blockHolds(options.block, address));
    this.#reserved = new Map(reservations);
    this.#excluded = new Set([...options.exclude, ...this.#reserved.values()]);
    this.#free = new FreeList(options.ranges, this.#excluded, this.#byAddress);
    for (const lease of options.store.all()) if (blockHolds(options.block, lease.address)) this.#remember(lease);
  }

  /** Returns the address to offer and reserves it for a while. Returns undefined when no address is free. */
  offer(mac: string, wanted: string | undefined, hostname?: string): string | undefined {
    const now = this.#options.now();
    const held = this.#byMac.get(mac);
    const address = this.#reserved.get(mac) ?? this.#stillGood(held) ?? this.#ifFree(wanted, mac) ?? this.#free.next(now);
    if (address === undefined) return undefined;
    // A bound lease stays bound while its holder asks again.
    if (held?.address === address && held.state === "bound" && held.expiresAt > now) return address;
    // Not saved, because an offer promises nothing and a restart may forget it.
    this.#remember(leaseOf(mac, address, "offered", now + OFFER_MS, hostname));
    return address;
  }

  /**
   * Returns false if this machine may not have this address. True counts as a promise only once the store has
   * settled.
   */
  bind(mac: string, address: string, hostname?: string): boolean {
    if (!this.mayHave(mac, address)) return false;
    const lease = leaseOf(mac, address, "bound", this.#options.now() + this.#options.leaseSeconds * 1000, hostname);
    this.#options.store.save(lease);
    this.#remember(lease);
    return true;
  }

  mayHave(mac: string, address: string): boolean {
    const reserved = this.#reserved.get(mac);
    return reserved === undefined ? this.#ifFree(address, mac) !== undefined : reserved === address;
  }

  /** True if the machine has, had or is reserved an address here. */
  knows(mac: string): boolean {
    return this.#reserved.has(mac) || this.#byMac.has(mac);
  }

  /** The current lease of this machine, offered or bound. */
  held(mac: string): Lease | undefined {
    const lease = this.#byMac.get(mac);
    return lease && lease.state !== "declined" && lease.state !== "released" ? lease : undefined;
  }

  /** True if the machine has the address by an active lease or by a reservation. */
  isSettled(mac: string, address: string): boolean {
    if (this.#reserved.get(mac) === address) return true;
    const lease = this.#byMac.get(mac);
    return lease?.address === address && lease.state === "bound" && lease.expiresAt > this.#options.now();
  }

  /** The client chose another server's offer. */
  withdraw(mac: string): void {
    const lease = this.#byMac.get(mac);
    if (lease?.state === "offered") this.#forget(lease);
  }

  /** Reserves the address for its last holder while other addresses are free. */
  release(mac: string, address: string): boolean {
    const lease = this.#byMac.get(mac);
    if (lease?.address !== address || lease.state !== "bound") return false;
    const released: Lease = { ...lease, state: "released", expiresAt: this.#options.now() };
    this.#options.store.save(released);
    this.#remember(released);
    this.#free.returned(address);
    return true;
  }

  /** Accepts a DECLINE only from the holder. Otherwise any client could empty the range. */
  decline(mac: string, address: string): boolean {
    if (this.held(mac)?.address !== address) return false;
    this.#setAside(address, DECLINED_MS, { kind: "declined", by: mac });
    return true;
  }

  /** The operator declares that the address is free again. Returns false if it was not set aside. */
  giveBack(address: string): boolean {
    const lease = this.#byAddress.get(address);
    if (lease?.cause === undefined || lease.state === "bound") return false;
    const { cause: _, ...rest } = lease;
    this.#options.store.save({ ...rest, state: "released", expiresAt: this.#options.now() });
    this.#forget(lease);
    return true;
  }

  /**
   * ARP shows this machine at the address. If nothing else is known of the address, the machine probably got
   * it from Muster before the database was lost. So it is kept for this machine only.
   */
  suspect(address: string, usedBy: string): void {
    const lease = this.#byAddress.get(address);
    if (lease) this.#forget(lease);
    const cause = { kind: "in-use", by: usedBy } as const;
    if (this.knows(usedBy)) this.#setAside(address, SUSPECTED_MS, cause);
    else {
      const kept: Lease = { ...leaseOf(usedBy, address, "offered", this.#options.now() + SUSPECTED_MS), cause };
      // No answer depends on this; it is saved only for display.
      this.#options.store.save(kept);
      this.#remember(kept);
    }
  }

  /** Stored under a name that no machine has, so that the machine itself may hold another address. */
  #setAside(address: string, forMs: number, cause: NonNullable<Lease["cause"]>): void {
    const lease = this.#byAddress.get(address);
    if (lease) this.#forget(lease);
    const declined: Lease = { ...leaseOf(`declined ${address}`, address, "declined", this.#options.now() + forMs), cause };
    this.#options.store.save(declined);
    this.#remember(declined);
  }

  #stillGood(lease: Lease | undefined): string | undefined {
    if (!lease || lease.state === "declined" || this.#excluded.has(lease.address) || !this.#free.covers(lease.address)) return undefined;
    return this.#byAddress.get(lease.address)?.mac === lease.mac ? lease.address : undefined;
  }

  /** Returns the address if it is in a range and no other machine has it. */
  #ifFree(address: string | undefined, mac: string): string | undefined {
    if (address === undefined || this.#excluded.has(address) || !this.#free.covers(address)) return undefined;
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

const leaseOf = (mac: string, address: string, state: Lease["state"], expiresAt: number, hostname?: string): Lease =>
  hostname === undefined ? { mac, address, state, expiresAt } : { mac, address, state, expiresAt, hostname };
