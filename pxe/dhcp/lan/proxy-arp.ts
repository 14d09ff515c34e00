/**
 * Recognises a neighbour that answers ARP requests for addresses of others (proxy ARP, RFC 1027). Routers, wireless bridges
 * and private VLANs do so. Such an answer does not show that an address is in use.
 */
import { BoundedMap } from "../../bounded-map.ts";

/** A neighbour that answers for this number of addresses is not a machine that uses all of them. */
const TOO_MANY = 4;
const REMEMBERED_MS = 3_600_000;
const MOST_REMEMBERED = 4096;

interface Answered {
  addresses: Set<string>;
  until: number;
}

export class ProxyArp {
  readonly #answered = new BoundedMap<string, Answered>(MOST_REMEMBERED);
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Records that `mac` answered for `address`. Returns true if this answer shows for the first time that `mac` is a proxy. */
  answered(mac: string, address: string): boolean {
    const before = this.#current(mac);
    const addresses = before?.addresses ?? new Set();
    const wasProxy = addresses.size >= TOO_MANY;
    if (!wasProxy) addresses.add(address);
    this.#answered.set(mac, { addresses, until: this.#now() + REMEMBERED_MS });
    return !wasProxy && addresses.size >= TOO_MANY;
  }

  isProxy(mac: string): boolean {
    return (this.#current(mac)?.addresses.size ?? 0) >= TOO_MANY;
  }

  #current(mac: string): Answered | undefined {
    const answered = this.#answered.get(mac);
    return answered && answered.until > this.#now() ? answered : undefined;
  }
}
