/** How machines that were installed by other means come into the fleet, and who was kept out because a place was taken. */
import * as z from "zod";
import { Instant, MacText, NodeName } from "../names.ts";

/** Which group of the inventory a machine joins. */
export const MachineRole = z.enum(["worker", "controller"]);
export type MachineRole = z.output<typeof MachineRole>;

export const TokenState = z.enum(["active", "used-up", "expired", "revoked"]);
export type TokenState = z.output<typeof TokenState>;

/** The token itself is shown once; it is known by the beginning of its hash. */
export const EnrolToken = z.object({
  id: z.string(),
  state: TokenState,
  role: MachineRole,
  /** The one node that may use it; any machine where it is left out. */
  node: NodeName.optional(),
  uses: z.int(),
  used: z.int(),
  createdBy: z.string().optional(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type EnrolToken = z.output<typeof EnrolToken>;

/** A machine that came with a good token but under a name or MAC address that is another's. */
export const Claim = z.object({
  id: z.string(),
  state: z.enum(["open", "released", "discarded"]),
  /** What it calls itself, and what it showed. */
  name: NodeName,
  mac: MacText,
  address: z.string(),
  hostKey: z.string(),
  /** The node whose place it claims; none where the name is a host or group of the inventory that is not Muster's. */
  node: NodeName.optional(),
  reason: z.string(),
  tries: z.int(),
  firstAt: Instant,
  lastAt: Instant,
});
export type Claim = z.output<typeof Claim>;
