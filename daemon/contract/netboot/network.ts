/** The networks machines boot from: who has which address there, which addresses are set aside, who else answers DHCP. */
import * as z from "zod";
import { Instant, MacText } from "../names.ts";
import { AskedMode } from "./explanation.ts";

/** What another server's offer said, as far as it was heard: offers to machines that ask for a broadcast reach everybody. */
export const HeardOffer = z.object({
  address: z.string().optional(),
  /** Whom the machine is to ask for the boot file (siaddr, option 66). */
  nextServer: z.string().optional(),
  bootFile: z.string().optional(),
  /** It calls itself a PXE server (option 60) or has PXE options (43). */
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

/** Why nobody is given this address. */
export const SetAside = z.object({
  /** `declined`: a machine was given it and found it in use. `in-use`: the wire showed somebody there. */
  kind: z.enum(["declined", "in-use"]),
  /** Who declined it, or who uses it. */
  by: MacText,
});
export type SetAside = z.output<typeof SetAside>;

export const LeaseState = z.enum(["leased", "expired", "released", "declined", "conflict"]);
export type LeaseState = z.output<typeof LeaseState>;

export const LeaseView = z.object({
  address: z.string(),
  state: LeaseState,
  /** Nobody's while it is set aside. */
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
  /** The wire it is on. */
  link: z.string(),
  ranges: z.array(z.object({ from: z.string(), to: z.string() })),
  router: z.string(),
  leaseSeconds: z.int(),
  /** Addresses of the ranges, and how many of them are leased or set aside. */
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
