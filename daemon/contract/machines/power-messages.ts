/** Messages between control and executor about the power of machines. */
import * as z from "zod";
import { MacText, NodeName } from "../names.ts";
import { PowerAction, PowerFailure, PowerState } from "./power.ts";

/**
 * The message names only the machine and the action. The driver, the BMC address and the password are in the executor's
 * own configuration.
 */
export const PowerRequest = z.strictObject({
  type: z.literal("power"),
  id: z.uuid(),
  action: PowerAction,
  machine: z.strictObject({ name: NodeName, macs: z.array(MacText).min(1).max(64), address: z.union([z.ipv4(), z.ipv6()]).optional() }),
});
export type PowerRequest = z.output<typeof PowerRequest>;

/** The answer to a `power` message with the same id. */
export const Powered = z.object({
  type: z.literal("powered"),
  id: z.uuid(),
  outcome: z.discriminatedUnion("ended", [
    z.object({ ended: z.literal("well"), power: PowerState.optional(), message: z.string() }),
    z.object({ ended: z.literal("badly"), code: PowerFailure, message: z.string() }),
  ]),
});
