/** Power actions and their results. */
import * as z from "zod";

export const PowerAction = z.enum(["on", "off", "cycle", "status"]);
export type PowerAction = z.output<typeof PowerAction>;

export const PowerDriver = z.enum(["wol", "ipmi", "redfish", "command", "manual"]);
export type PowerDriver = z.output<typeof PowerDriver>;

export const PowerState = z.enum(["on", "off"]);
export type PowerState = z.output<typeof PowerState>;

export const PowerResult = z.object({
  driver: PowerDriver,
  /** Power state reported by the BMC. Absent if the driver cannot read the power state. */
  power: PowerState.optional(),
  /** The result of the power action in one sentence. */
  message: z.string(),
});
export type PowerResult = z.output<typeof PowerResult>;

/** Error codes of power actions. */
export const PowerFailure = z.enum([
  "POWER_NOT_CONFIGURED",
  "POWER_NOT_SUPPORTED",
  "POWER_BUSY",
  "POWER_UNREACHABLE",
  "POWER_LOGIN_REFUSED",
  "POWER_PROGRAM_MISSING",
  "POWER_FAILED",
]);
export type PowerFailure = z.output<typeof PowerFailure>;
