/**
 * Selects the next free address. The list prefers an address that was never used, then a released address, and then
 * the address whose lease expired first. Each call takes constant time, even for a large range.
 */
import type { Lease } from "../../boot-source.ts";
import { toAddress, toNumber } from "../message/address.ts";

export interface AddressRange {
  from: string;
  to: string;
}

/** The range is searched for expired leases at most once within this time, even if many clients send requests. */
const RESCAN_MS = 1_000;

export class FreeList {
  readonly #ranges: readonly { first: number; last: number }[];
  readonly #excluded: ReadonlySet<string>;
  readonly #leases: ReadonlyMap<string, Lease>;
  /** The next address that was never used: the index of its range, and the address as a number. */
  #range = 0;
  #fresh: number;
  readonly #returned = new Set<string>();
  #ended: string[] = [];
  #scanAgainAt = 0;

  /** The free list never changes `leases`. The caller must report each released address by calling `returned`. */
  constructor(ranges: readonly AddressRange[], excluded: ReadonlySet<string>, leases: ReadonlyMap<string, Lease>) {
    this.#ranges = ranges.map(({ from, to }) => ({ first: toNumber(from), last: toNumber(to) }));
    for (const [index, { first, last }] of this.#ranges.entries())
      if (last < first) throw new RangeError(`the range ${ranges[index]?.from} to ${ranges[index]?.to} is empty`);
    this.#excluded = excluded;
    this.#leases = leases;
    this.#fresh = this.#ranges[0]?.first ?? 0;
  }

  covers(address: string): boolean {
    const number = toNumber(address);
    return this.#ranges.some(({ first, last }) => number >= first && number <= last);
  }

  returned(address: string): void {
    if (this.covers(address)) this.#returned.add(address);
  }

  next(now: number): string | undefined {
    return this.#nextFresh() ?? this.#nextReturned(now) ?? this.#nextEnded(now);
  }

  #nextFresh(): string | undefined {
    for (let range = this.#ranges[this.#range]; range !== undefined; range = this.#ranges[this.#range]) {
      while (this.#fresh <= range.last) {
        const address = toAddress(this.#fresh++);
        if (!this.#excluded.has(address) && !this.#leases.has(address)) return address;
      }
      this.#range += 1;
      this.#fresh = this.#ranges[this.#range]?.first ?? 0;
    }
    return undefined;
  }

  #nextReturned(now: number): string | undefined {
    for (const address of this.#returned) {
      this.#returned.delete(address);
      if (this.#isFree(address, now)) return address;
    }
    return undefined;
  }

  #nextEnded(now: number): string | undefined {
    if (this.#ended.length === 0 && now >= this.#scanAgainAt) {
      this.#scanAgainAt = now + RESCAN_MS;
      this.#ended = [...this.#leases.values()]
        .filter(({ address, expiresAt }) => expiresAt <= now && this.covers(address))
        .sort((one, other) => other.expiresAt - one.expiresAt)
        .map(({ address }) => address);
    }
    for (let address = this.#ended.pop(); address !== undefined; address = this.#ended.pop())
      if (this.#isFree(address, now)) return address;
    return undefined;
  }

  #isFree(address: string, now: number): boolean {
    const lease = this.#leases.get(address);
    return !this.#excluded.has(address) && (!lease || lease.expiresAt <= now);
  }
}
