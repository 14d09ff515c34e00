/** One machine switched: looked at before, told, and looked at until it is as wanted. What does it is a BMC or a command. */
import { setTimeout as sleep } from "node:timers/promises";
import type { PowerAction, PowerState } from "../../contract/machines/power.ts";
import { MusterError } from "../../errors/errors.ts";

export interface Bmc {
  /** Absent where nothing can be asked. */
  state?: () => Promise<PowerState>;
  tell(action: Exclude<PowerAction, "status">): Promise<void>;
}

export interface Switched {
  power?: PowerState;
  message: string;
}

const LOOK_MS = 500;

export async function switchPower(bmc: Bmc, action: PowerAction, signal: AbortSignal): Promise<Switched> {
  if (action === "status") {
    if (!bmc.state) throw new MusterError("POWER_NOT_SUPPORTED", "there is nothing to ask whether it is on");
    const power = await bmc.state();
    return { power, message: `is ${power}` };
  }
  if (!bmc.state) {
    await bmc.tell(action);
    return { message: "received the command; its state cannot be read" };
  }
  const before = await bmc.state();
  if (before === action) return { power: before, message: `was ${before} already` };
  // A machine that is off has nothing to interrupt, and many BMCs refuse to.
  const told = action === "cycle" && before === "off" ? "on" : action;
  await bmc.tell(told);
  const wanted = told === "off" ? "off" : "on";
  await until(wanted, bmc.state, signal);
  const message = { on: "is on", off: "is off", cycle: "was switched off and on" }[told];
  return { power: wanted, message: action !== told ? "was off, is on" : message };
}

/** Slow BMCs take seconds; one that took the command and still says otherwise when the time is up has failed. */
async function until(wanted: PowerState, state: () => Promise<PowerState>, signal: AbortSignal): Promise<void> {
  const notSo = () => new MusterError("POWER_FAILED", `the command was taken, but the machine is not ${wanted} yet`);
  for (;;) {
    const now = await state().catch((error: unknown) => {
      throw signal.aborted ? notSo() : error;
    });
    if (now === wanted) return;
    if (signal.aborted) throw notSo();
    await sleep(LOOK_MS);
  }
}
