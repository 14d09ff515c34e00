/** Switches the power of one machine through a BMC or a command. Reads the power state, acts, and waits for the wanted state. */
import { setTimeout as sleep } from "node:timers/promises";
import type { PowerAction, PowerState } from "../../contract/machines/power.ts";
import { MusterError } from "../../errors/errors.ts";

export interface Bmc {
  /** Reads the power state. Absent if the driver cannot read the state. */
  state?: () => Promise<PowerState>;
  act(action: Exclude<PowerAction, "status">): Promise<void>;
}

export interface Switched {
  power?: PowerState;
  message: string;
}

const POLL_MS = 500;

export async function switchPower(bmc: Bmc, action: PowerAction, signal: AbortSignal): Promise<Switched> {
  if (action === "status") {
    if (!bmc.state) throw new MusterError("POWER_NOT_SUPPORTED", "its power state cannot be read");
    const power = await bmc.state();
    return { power, message: `is ${power}` };
  }
  if (!bmc.state) {
    await bmc.act(action);
    return { message: "received the command; its state cannot be read" };
  }
  const before = await bmc.state();
  if (before === action) return { power: before, message: `was already ${before}` };
  // A machine that is off is switched on instead of power-cycled, because many BMCs refuse to cycle it.
  const done = action === "cycle" && before === "off" ? "on" : action;
  await bmc.act(done);
  const wanted = done === "off" ? "off" : "on";
  await until(wanted, bmc.state, signal);
  const message = { on: "is on", off: "is off", cycle: "was switched off and on" }[done];
  return { power: wanted, message: action !== done ? "was off, is on" : message };
}

/**
 * Waits until the machine has the wanted power state, because slow BMCs take seconds. Throws an error if the machine does not
 * reach the state in time.
 */
async function until(wanted: PowerState, state: () => Promise<PowerState>, signal: AbortSignal): Promise<void> {
  const notSo = () => new MusterError("POWER_FAILED", `the BMC accepted the command, but the machine is not ${wanted} yet`);
  for (;;) {
    const now = await state().catch((error: unknown) => {
      throw signal.aborted ? notSo() : error;
    });
    if (now === wanted) return;
    if (signal.aborted) throw notSo();
    await sleep(POLL_MS);
  }
}
