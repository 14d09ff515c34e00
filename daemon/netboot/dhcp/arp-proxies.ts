/**
 * Records the neighbours that answer ARP requests for addresses of others. The addresses that such a neighbour seemed to use
 * are released, because its answers are no reason to set them aside.
 */
import { BoundedMap } from "../../../pxe/bounded-map.ts";
import type { ArpProxyTable } from "../../store/netboot/arp-proxies.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";

export interface ArpProxiesParts {
  arpProxies: ArpProxyTable;
  leases: Pick<LeaseTable, "suspectedOf" | "askRelease">;
  now?: () => number;
}

/** The minimum milliseconds between two records of one neighbour, which may answer for every address of the network. */
const AGAIN_MS = 60_000;
const MOST_REMEMBERED = 256;

export class ArpProxies {
  readonly #parts: ArpProxiesParts;
  readonly #noted = new BoundedMap<string, number>(MOST_REMEMBERED);

  constructor(parts: ArpProxiesParts) {
    this.#parts = parts;
  }

  /** Handles an answer of the proxy `mac` for `address`. */
  answered(name: string, mac: string, address: string): void {
    const { arpProxies, leases, now = Date.now } = this.#parts;
    const key = `${name} ${mac}`;
    const before = this.#noted.get(key);
    if (before !== undefined && now() - before < AGAIN_MS) return;
    this.#noted.set(key, now());
    arpProxies.see({ mac, interface: name, address }, new Date(now()));
    for (const kept of leases.suspectedOf(mac)) leases.askRelease(kept);
  }
}
