/** A neighbour that answers ARP requests for addresses of others (proxy ARP), and the sentences about it. */
import * as z from "zod";
import { Instant, MacText } from "../names.ts";

export const ArpProxy = z.object({
  mac: MacText,
  interface: z.string(),
  /** One of the addresses for which the neighbour answered. */
  address: z.string(),
  firstSeen: Instant,
  lastSeen: Instant,
});
export type ArpProxy = z.output<typeof ArpProxy>;

/** A neighbour that did not answer for others during this time counts as corrected. */
const LATELY_MS = 24 * 3_600_000;

export const lately = (proxies: readonly ArpProxy[], nowMs: number): ArpProxy[] =>
  proxies.filter(({ lastSeen }) => nowMs - Date.parse(lastSeen) < LATELY_MS);

export const proxyArpText = ({ mac, interface: name, address }: ArpProxy): string =>
  `${mac} on ${name} answers ARP requests for many addresses, for example ${address}. Muster ignores these answers and assigns the addresses.`;

export const PROXY_ARP_ADVICE =
  "Turn off proxy ARP on this router, or give it the netmask of the network. A wireless bridge or a private VLAN may stay as it is.";
