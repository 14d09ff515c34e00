/** Enrolment of machines that were installed by other means, and claims of machines that were not admitted. */
import * as z from "zod";
import { Instant, MacText, NodeName } from "../names.ts";

/** Inventory group that a machine joins. */
export const MachineRole = z.enum(["worker", "controller"]);
export type MachineRole = z.output<typeof MachineRole>;

export const TokenState = z.enum(["active", "used-up", "expired", "revoked"]);
export type TokenState = z.output<typeof TokenState>;

/** The token is shown once. Its id is the beginning of its hash. */
export const EnrolToken = z.object({
  id: z.string(),
  state: TokenState,
  role: MachineRole,
  /** The only node that may use it. Absent if any machine may. */
  node: NodeName.optional(),
  uses: z.int(),
  used: z.int(),
  createdBy: z.string().optional(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type EnrolToken = z.output<typeof EnrolToken>;

/** A machine with a valid token whose name or MAC address belongs to another node. */
export const Claim = z.object({
  id: z.string(),
  state: z.enum(["open", "released", "discarded"]),
  /** Name and addresses as the machine reported them. */
  name: NodeName,
  mac: MacText,
  address: z.string(),
  hostKey: z.string(),
  /** The node that it claims to be. Absent if the name is a foreign host or group of the inventory. */
  node: NodeName.optional(),
  reason: z.string(),
  tries: z.int(),
  firstAt: Instant,
  lastAt: Instant,
});
export type Claim = z.output<typeof Claim>;
