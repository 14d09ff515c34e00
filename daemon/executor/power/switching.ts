/** Takes power requests: one at a time for each machine, each within its time. The driver comes from our own configuration. */
import type { FromExecutor, PowerRequest } from "../../contract/executor-protocol.ts";
import { PowerFailure } from "../../contract/machines/power.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import { described, type Machine, requireSupported, settingFor } from "../../machines/power/choose.ts";
import type { Power, PowerSetting } from "../../machines/power/settings.ts";
import { commandBmc, ipmiBmc } from "./programs.ts";
import { withRedfish } from "./redfish.ts";
import { type Switched, switchPower } from "./switch.ts";

type Outcome = Extract<FromExecutor, { type: "powered" }>["outcome"];

export class PowerDesk {
  readonly #power: Power;
  readonly #log: Log;
  readonly #busy = new Map<string, AbortController>();

  constructor(power: Power, log: Log) {
    this.#power = power;
    this.#log = log;
  }

  /** Never rejects: what went wrong is an answer too. */
  async perform({ action, machine }: PowerRequest): Promise<Outcome> {
    const { name } = machine;
    if (this.#busy.has(name)) return failed(new MusterError("POWER_BUSY", `${name} is being switched already`));
    const stop = new AbortController();
    this.#busy.set(name, stop);
    const { timeout_seconds: seconds } = this.#power;
    const late = AbortSignal.timeout(seconds * 1000);
    let means = "its driver";
    const cutShort = (error: unknown) => {
      if (stop.signal.aborted) return new MusterError("POWER_FAILED", `the daemon was stopped before ${name} was switched`);
      return late.aborted ? new MusterError("POWER_UNREACHABLE", `${means} did not answer within ${seconds} s`) : error;
    };
    try {
      const setting = settingFor(machine, this.#power);
      means = described(setting);
      const switched = await perform(setting, machine, action, AbortSignal.any([late, stop.signal]));
      this.#log.info({ node: name, action, power: switched.power }, "power");
      return { ended: "well", ...switched };
    } catch (error) {
      const failure = error instanceof MusterError && error.code !== "POWER_UNREACHABLE" ? error : cutShort(error);
      this.#log.warn({ node: name, action, reason: explain(failure) }, "power action failed");
      return failed(failure);
    } finally {
      this.#busy.delete(name);
    }
  }

  close(): void {
    for (const stop of this.#busy.values()) stop.abort();
  }
}

function perform(setting: PowerSetting, machine: Machine, action: PowerRequest["action"], signal: AbortSignal): Promise<Switched> {
  requireSupported(setting, action, machine.name);
  switch (setting.driver) {
    case "ipmi":
      return switchPower(ipmiBmc(setting, signal), action, signal);
    case "command":
      return switchPower(commandBmc(setting, machine, signal), action, signal);
    case "redfish":
      return withRedfish(setting, signal, (bmc) => switchPower(bmc, action, signal));
    case "wol":
    case "manual":
      throw new MusterError("POWER_NOT_SUPPORTED", `${setting.driver} is not for the executor`);
  }
}

function failed(error: unknown): Outcome {
  const code = error instanceof MusterError ? PowerFailure.safeParse(error.code) : undefined;
  return { ended: "badly", code: code?.success ? code.data : "POWER_FAILED", message: explain(error) };
}
