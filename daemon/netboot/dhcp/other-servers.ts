/** Records other DHCP servers. Muster overhears the offers of these servers, or sees that a machine chooses another server. */

import type { WireEvent } from "../../../pxe/boot-source.ts";
import { BoundedMap } from "../../../pxe/bounded-map.ts";
import type { HeardOffer } from "../../contract/netboot/network.ts";
import { DhcpFacts } from "../../contract/netboot/wire-facts.ts";
import type { DhcpServerTable } from "../../store/netboot/dhcp-servers.ts";

export interface OfferToMachine extends HeardOffer {
  /** The machine's MAC address. */
  mac: string;
  server: string;
}

export interface OtherServersParts {
  dhcpServers: DhcpServerTable;
  /** Muster's addresses on all interfaces. */
  ours: ReadonlySet<string>;
  /** Returns the server's MAC address. Returns undefined if the kernel does not know the address. */
  cardAt(address: string): string | undefined;
  now?: () => number;
}

/** The minimum milliseconds between two equal reports, because a booting rack causes the same report a hundred times. */
const AGAIN_MS = 60_000;
const MOST_REMEMBERED = 256;

export class OtherServers {
  readonly #parts: OtherServersParts;
  readonly #noted = new BoundedMap<string, { what: string; at: number }>(MOST_REMEMBERED);

  constructor(parts: OtherServersParts) {
    this.#parts = parts;
  }

  /** Records an offer of another server and returns the event for the machine's timeline. */
  heard({ mac, server, ...offer }: OfferToMachine): WireEvent {
    const card = this.#note(server, offer);
    const named = offer.bootFile === undefined ? "" : ` with the boot file ${offer.bootFile}`;
    return {
      mac,
      type: "dhcp.other-offer",
      summary: `the server ${server}${card === undefined ? "" : ` (${card})`} offers ${offer.address === undefined ? "no address" : `it ${offer.address}`}${named}`,
      detail: { ...offer, server, ...(card !== undefined && { mac: card }) },
    };
  }

  /** Records another server that answered Muster's probe with an offer. */
  probed({ server, offered }: { server: string; offered: string }): void {
    this.#note(server, { address: offered, pxe: false });
  }

  observe({ type, detail }: WireEvent): void {
    if (type !== "dhcp.request") return;
    const facts = DhcpFacts.safeParse(detail).data;
    if (facts?.server === undefined || facts.answer !== "none" || this.#parts.ours.has(facts.server)) return;
    this.#note(facts.server, undefined);
  }

  #note(address: string, offer: HeardOffer | undefined): string | undefined {
    const now = (this.#parts.now ?? Date.now)();
    const mac = this.#parts.cardAt(address);
    // Each machine gets a different address, so a different offered address does not count as a change.
    const what = JSON.stringify([mac, offer && { ...offer, address: offer.address !== undefined }]);
    const before = this.#noted.get(address);
    if (before && now - before.at < AGAIN_MS && (offer === undefined || before.what === what)) return mac;
    this.#noted.set(address, { what, at: now });
    this.#parts.dhcpServers.see({ address, mac, offer }, new Date(now));
    return mac;
  }
}
