/** A node of the cluster, as Consul and Nomad see it. */
import * as z from "zod";

/** The service answered, and does not know the member. */
export const MISSING = "missing";

/** A field is missing if its service has given no answer. */
export const Member = z.object({
  name: z.string(),
  address: z.string(),
  /** `alive`, `leaving`, `left`, `failed`, `none` or `missing`. */
  consul: z.string().optional(),
  /** `initializing`, `ready`, `down`, `disconnected` or `missing`. */
  nomad: z.string().optional(),
  /** Nomad may place new work on the member. */
  eligible: z.boolean().optional(),
  /** Nomad moves the work away. */
  draining: z.boolean().optional(),
});
export type Member = z.output<typeof Member>;
