/**
 * Implements the parts of Redfish (DSP0266, ComputerSystem) for power actions. The code reads the power state and
 * chooses the reset type. Pure.
 */
import * as z from "zod";
import type { PowerAction, PowerState } from "../../contract/machines/power.ts";
import { MusterError } from "../../errors/errors.ts";

const Link = z.object({ "@odata.id": z.string().startsWith("/").max(500) });

export const ServiceRoot = z.object({ Systems: Link, Links: z.object({ Sessions: Link }).partial().optional() });
export const Collection = z.object({ Members: z.array(Link).max(1000) });

export const ComputerSystem = z.object({
  PowerState: z.string().nullish(),
  Actions: z.object({
    "#ComputerSystem.Reset": z.object({
      target: z.string().startsWith("/").max(500),
      "ResetType@Redfish.AllowableValues": z.array(z.string()).optional(),
    }),
  }),
});
export type ComputerSystem = z.output<typeof ComputerSystem>;

const Complaint = z.object({
  error: z.object({
    message: z.string().optional(),
    "@Message.ExtendedInfo": z.array(z.object({ Message: z.string().optional() })).optional(),
  }),
});

/** Returns the error message of a Redfish service. The extended information is preferred, because it is more useful. */
export function complaintIn(body: unknown): string | undefined {
  const parsed = Complaint.safeParse(body);
  if (!parsed.success) return undefined;
  const { message, "@Message.ExtendedInfo": more } = parsed.data.error;
  return (more?.find(({ Message }) => Message)?.Message ?? message)?.slice(0, 300);
}

/** Returns the power state. The result is the previous state while the power state changes. */
export function powerStateOf({ PowerState }: ComputerSystem): PowerState {
  if (PowerState === "On" || PowerState === "PoweringOff" || PowerState === "Paused") return "on";
  if (PowerState === "Off" || PowerState === "PoweringOn") return "off";
  throw new MusterError("POWER_FAILED", `the BMC does not report whether the machine is on (PowerState is ${PowerState ?? "missing"})`);
}

const preferred: Record<Exclude<PowerAction, "status">, readonly string[]> = {
  on: ["On", "ForceOn"],
  off: ["ForceOff"],
  cycle: ["PowerCycle", "ForceRestart", "FullPowerCycle"],
};

export function resetTypeFor(action: Exclude<PowerAction, "status">, system: ComputerSystem): string {
  const allowed = system.Actions["#ComputerSystem.Reset"]["ResetType@Redfish.AllowableValues"];
  // If a service does not list its supported reset types, the oldest type for the action is used.
  if (allowed === undefined) return { on: "On", off: "ForceOff", cycle: "ForceRestart" }[action];
  const found = preferred[action].find((each) => allowed.includes(each));
  if (found === undefined)
    throw new MusterError("POWER_NOT_SUPPORTED", `the BMC cannot power ${action}, it supports only ${allowed.join(", ") || "nothing"}`);
  return found;
}

/** Returns the path of the configured system. The result is the only system of the BMC if no system is configured. */
export function chosenSystem(members: readonly string[], wanted: string | undefined): string {
  const names = members.map((path) => path.replace(/\/$/, "").split("/").at(-1) ?? path);
  const [only] = members;
  if (wanted === undefined && members.length === 1 && only !== undefined) return only;
  const found = wanted === undefined ? undefined : members[names.indexOf(wanted)];
  if (found !== undefined) return found;
  throw new MusterError(
    "POWER_NOT_CONFIGURED",
    `${wanted === undefined ? "`system` is needed" : `there is no system ${wanted}`}: the BMC manages ${names.join(", ") || "none"}`,
  );
}
