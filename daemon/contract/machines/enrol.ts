/** Machines that Muster did not install but enrols, and machines that Muster did not admit (claims). */
import * as z from "zod";
import { Instant, MacText, NodeName } from "../names.ts";

/** The inventory group that a machine joins. */
export const MachineRole = z.enum(["worker", "controller"]);
export type MachineRole = z.output<typeof MachineRole>;

export const TokenState = z.enum(["active", "used-up", "expired", "revoked"]);
export type TokenState = z.output<typeof TokenState>;

/** A token is shown only once. The id of a token is the beginning of the token's hash. */
export const EnrolToken = z.object({
  id: z.string(),
  state: TokenState,
  role: MachineRole,
  /** The only node that may use the token. Absent if any machine may use the token. */
  node: NodeName.optional(),
  uses: z.int(),
  used: z.int(),
  createdBy: z.string().optional(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type EnrolToken = z.output<typeof EnrolToken>;

/** A machine that presents a valid token, but uses the name or MAC address of another node. */
export const Claim = z.object({
  id: z.string(),
  state: z.enum(["open", "released", "discarded"]),
  /** The name and addresses that the machine reported. */
  name: NodeName,
  mac: MacText,
  address: z.string(),
  hostKey: z.string(),
  /**
   * The node that the machine claims to be. Absent if the name belongs to an inventory host or group that is not a
   * Muster node.
   */
  node: NodeName.optional(),
  reason: z.string(),
  tries: z.int(),
  firstAt: Instant,
  lastAt: Instant,
});
export type Claim = z.output<typeof Claim>;
