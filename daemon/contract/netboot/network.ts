/** The networks that machines boot from: leases, blocked addresses (set aside), and other DHCP servers. */
import * as z from "zod";
import { Instant, MacText } from "../names.ts";
import { ArpProxy } from "./arp-proxy.ts";
import { AskedMode } from "./explanation.ts";

/** An offer of another DHCP server. Muster can receive an offer only if the server broadcasts it. */
export const HeardOffer = z.object({
  address: z.string().optional(),
  /** The server from which the machine loads the boot file (siaddr, option 66). */
  nextServer: z.string().optional(),
  bootFile: z.string().optional(),
  /** True if the offer contains option 60 `PXEClient` or PXE options (option 43). */
  pxe: z.boolean(),
});
export type HeardOffer = z.output<typeof HeardOffer>;

export const OtherServer = z.object({
  address: z.string(),
  mac: MacText.optional(),
  firstSeen: Instant,
  lastSeen: Instant,
  offer: HeardOffer.optional(),
});
export type OtherServer = z.output<typeof OtherServer>;

/** The reason why Muster does not assign an address. */
export const SetAside = z.object({
  /**
   * `declined`: a machine found that its new address was already in use. `in-use`: an ARP answer showed that another
   * machine uses the address.
   */
  kind: z.enum(["declined", "in-use"]),
  /** MAC address of the machine that declined the address or uses it. */
  by: MacText,
});
export type SetAside = z.output<typeof SetAside>;

export const LeaseState = z.enum(["leased", "expired", "released", "declined", "conflict"]);
export type LeaseState = z.output<typeof LeaseState>;

export const LeaseView = z.object({
  address: z.string(),
  state: LeaseState,
  /**
   * MAC address of the machine that holds the lease. Absent while the address is set aside, which means that Muster does not
   * assign it.
   */
  mac: MacText.optional(),
  node: z.string().optional(),
  hostname: z.string().optional(),
  until: Instant,
  why: z.string().optional(),
});
export type LeaseView = z.output<typeof LeaseView>;

export const Reservation = z.object({ address: z.string(), mac: MacText, node: z.string().optional(), leased: z.boolean() });
export type Reservation = z.output<typeof Reservation>;

export const SubnetView = z.object({
  subnet: z.string(),
  /** Name of the network segment of the subnet. */
  link: z.string(),
  ranges: z.array(z.object({ from: z.string(), to: z.string() })),
  router: z.string(),
  leaseSeconds: z.int(),
  /** Total number of addresses in all ranges of the subnet. */
  size: z.int(),
  leased: z.int(),
  setAside: z.int(),
});
export type SubnetView = z.output<typeof SubnetView>;

export const InterfaceView = z.object({
  interface: z.string(),
  mode: AskedMode,
  address: z.string(),
  network: z.string(),
});

export const Network = z.object({
  interfaces: z.array(InterfaceView),
  subnets: z.array(SubnetView),
  leases: z.array(LeaseView),
  reservations: z.array(Reservation),
  otherServers: z.array(OtherServer),
  /** Neighbours that answer ARP requests for addresses of others. The field is absent if there are none. */
  arpProxies: z.array(ArpProxy).optional(),
});
export type Network = z.output<typeof Network>;
