/**
 * Who gets which address of one subnet. Keyed by MAC address, because firmware, iPXE, installer and system of one machine
 * each send another client identifier. The store is asked once at start and told before anything is promised.
 */
import type { Lease, LeaseStore } from "../../boot-source.ts";
import { type Block, blockHolds } from "../message/address.ts";
import { type AddressRange, FreeList } from "./free-list.ts";

export interface PoolOptions {
  block: Block;
  ranges: readonly AddressRange[];
  /** Never handed out by choice: ours, the router's. */
  exclude: readonly string[];
  reservations: Readonly<Record<string, string>>;
  leaseSeconds: number;
  store: Pick<LeaseStore, "all" | "save">;
  now: () => number;
}

/** EDK2 repeats its DISCOVER for half a minute; the offer must stay the same for as long. */
const OFFER_MS = 120_000;
/** A declined address is in use by somebody we do not know; Kea waits as long. */
const DECLINED_MS = 24 * 3_600_000;
/** What the ARP table says may be old news. */
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

  /** The address to offer, kept for this machine for a while; nothing when the ranges are used up. */
  offer(mac: string, wanted: string | undefined, hostname?: string): string | undefined {
    const now = this.#options.now();
    const held = this.#byMac.get(mac);
    const address = this.#reserved.get(mac) ?? this.#stillGood(held) ?? this.#ifFree(wanted, mac) ?? this.#free.next(now);
    if (address === undefined) return undefined;
    // A bound lease stays bound while its holder asks again.
    if (held?.address === address && held.state === "bound" && held.expiresAt > now) return address;
    // Not saved: an offer promises nothing, and a restart may forget it.
    this.#remember(leaseOf(mac, address, "offered", now + OFFER_MS, hostname));
    return address;
  }

  /** False when this machine may not have this address. True is a promise only once the store has settled. */
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

  /** Whether it has, had or is to have an address here. */
  knows(mac: string): boolean {
    return this.#reserved.has(mac) || this.#byMac.has(mac);
  }

  /** What this machine holds now, offered or bound. */
  held(mac: string): Lease | undefined {
    const lease = this.#byMac.get(mac);
    return lease && lease.state !== "declined" && lease.state !== "released" ? lease : undefined;
  }

  /** Whether the address is this machine's by a lease that has not ended, or by the operator's word. */
  isSettled(mac: string, address: string): boolean {
    if (this.#reserved.get(mac) === address) return true;
    const lease = this.#byMac.get(mac);
    return lease?.address === address && lease.state === "bound" && lease.expiresAt > this.#options.now();
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
    this.#free.returned(address);
    return true;
  }

  /** Only the holder may say that its address is in use by somebody else: anybody could empty the range otherwise. */
  decline(mac: string, address: string): boolean {
    if (this.held(mac)?.address !== address) return false;
    this.#setAside(address, DECLINED_MS, { kind: "declined", by: mac });
    return true;
  }

  /** The operator says that nobody unknown is at this address any more. False when it was not set aside. */
  giveBack(address: string): boolean {
    const lease = this.#byAddress.get(address);
    if (lease?.cause === undefined || lease.state === "bound") return false;
    const { cause: _, ...rest } = lease;
    this.#options.store.save({ ...rest, state: "released", expiresAt: this.#options.now() });
    this.#forget(lease);
    return true;
  }

  /**
   * The wire shows this machine at the address. When nothing else is known of it, it likely had the address from us before the
   * database was lost: it is kept for it, and for nobody else.
   */
  suspect(address: string, usedBy: string): void {
    const lease = this.#byAddress.get(address);
    if (lease) this.#forget(lease);
    const cause = { kind: "in-use", by: usedBy } as const;
    if (this.knows(usedBy)) this.#setAside(address, SUSPECTED_MS, cause);
    else {
      const kept: Lease = { ...leaseOf(usedBy, address, "offered", this.#options.now() + SUSPECTED_MS), cause };
      // No promise depends on it; it is saved to be seen.
      this.#options.store.save(kept);
      this.#remember(kept);
    }
  }

  /** Under a name no machine has, so that the machine itself may hold another address meanwhile. */
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

  /** The address itself when it is in a range and nobody else holds it. */
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
