/** The networks that machines boot from: leases, addresses that are set aside, and other DHCP servers. */
import * as z from "zod";
import { Instant, MacText } from "../names.ts";
import { AskedMode } from "./explanation.ts";

/** An offer of another DHCP server. Only broadcast offers can be received. */
export const HeardOffer = z.object({
  address: z.string().optional(),
  /** Server of the boot file (siaddr, option 66). */
  nextServer: z.string().optional(),
  bootFile: z.string().optional(),
  /** True with option 60 `PXEClient` or with PXE options (option 43). */
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

/** Reason why an address is not assigned. */
export const SetAside = z.object({
  /** `declined`: a machine found its new address in use. `in-use`: an ARP answer showed another machine. */
  kind: z.enum(["declined", "in-use"]),
  /** The machine that declined it or uses it. */
  by: MacText,
});
export type SetAside = z.output<typeof SetAside>;

export const LeaseState = z.enum(["leased", "expired", "released", "declined", "conflict"]);
export type LeaseState = z.output<typeof LeaseState>;

export const LeaseView = z.object({
  address: z.string(),
  state: LeaseState,
  /** Absent while the address is set aside. */
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
  /** Name of its network segment. */
  link: z.string(),
  ranges: z.array(z.object({ from: z.string(), to: z.string() })),
  router: z.string(),
  leaseSeconds: z.int(),
  /** Number of addresses in the ranges. */
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
});
export type Network = z.output<typeof Network>;
