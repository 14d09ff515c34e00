/**
 * Performs power requests. Each machine has one request at a time, and each request has a time limit. The executor's own
 * configuration names the driver.
 */
import { join } from "node:path";
import type { FromExecutor } from "../../contract/executor-protocol.ts";
import { PowerFailure } from "../../contract/machines/power.ts";
import type { PowerRequest } from "../../contract/machines/power-messages.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Log } from "../../log/log.ts";
import { described, type Machine, requireSupported, settingFor } from "../../machines/power/choose.ts";
import type { Power, PowerSetting } from "../../machines/power/settings.ts";
import { finishPrograms, type ProgramRoom } from "./program.ts";
import { commandBmc, ipmiBmc } from "./programs.ts";
import { withRedfish } from "./redfish.ts";
import { type Switched, switchPower } from "./switch.ts";

type Outcome = Extract<FromExecutor, { type: "powered" }>["outcome"];

export class PowerActions {
  readonly #power: Power;
  readonly #log: Log;
  readonly #room: ProgramRoom;
  readonly #busy = new Set<string>();
  readonly #leaving = new AbortController();
  readonly #pending = new Set<Promise<unknown>>();

  /** The argument `home` is the path of the executor's own folder. */
  constructor(power: Power, home: string, log: Log) {
    this.#power = power;
    this.#log = log;
    const onTrouble = (error: unknown) => log.error({ err: error }, "a power program could not be looked after");
    this.#room = { folder: join(home, "power"), abandoned: this.#leaving.signal, onTrouble };
  }

  /** Takes over the running programs of an earlier executor. */
  start(): void {
    const deadline = steadyMs() + this.#power.timeout_seconds * 1000;
    this.#track(finishPrograms(this.#room, deadline)).catch((error: unknown) => {
      // When this executor ends, it leaves these programs to the next executor.
      if (!this.#leaving.signal.aborted) this.#room.onTrouble(error);
    });
  }

  /** Performs a power request. The promise never rejects, because a failure is also an outcome. */
  perform(request: PowerRequest): Promise<Outcome> {
    return this.#track(this.#perform(request));
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#pending.add(work);
    return work.finally(() => this.#pending.delete(work));
  }

  async #perform({ action, machine }: PowerRequest): Promise<Outcome> {
    const { name } = machine;
    if (this.#busy.has(name)) return failed(new MusterError("POWER_BUSY", `another power action for ${name} is at work`));
    this.#busy.add(name);
    const { timeout_seconds: seconds } = this.#power;
    const late = AbortSignal.timeout(seconds * 1000);
    let driver = "its driver";
    const cutShort = (error: unknown) => {
      if (this.#leaving.signal.aborted) return new MusterError("POWER_FAILED", `the executor ended before it knew the result for ${name}`);
      return late.aborted ? new MusterError("POWER_UNREACHABLE", `${driver} did not answer within ${seconds} s`) : error;
    };
    try {
      const setting = settingFor(machine, this.#power);
      driver = described(setting);
      const switched = await perform(setting, machine, action, this.#room, AbortSignal.any([late, this.#leaving.signal]));
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

  /** Leaves all programs running, and ends the requests of drivers without a program. */
  async leave(): Promise<void> {
    this.#leaving.abort();
    await Promise.allSettled(this.#pending);
  }
}

function perform(
  setting: PowerSetting,
  machine: Machine,
  action: PowerRequest["action"],
  room: ProgramRoom,
  signal: AbortSignal,
): Promise<Switched> {
  requireSupported(setting, action, machine.name);
  switch (setting.driver) {
    case "ipmi":
      return switchPower(ipmiBmc(setting, room, signal), action, signal);
    case "command":
      return switchPower(commandBmc(setting, machine, room, signal), action, signal);
    case "redfish":
      return withRedfish(setting, signal, (bmc) => switchPower(bmc, action, signal));
    case "wol":
    case "manual":
      throw new MusterError("POWER_NOT_SUPPORTED", `the executor does not perform ${setting.driver}`);
  }
}

function failed(error: unknown): Outcome {
  const code = error instanceof MusterError ? PowerFailure.safeParse(error.code) : undefined;
  return { ended: "badly", code: code?.success ? code.data : "POWER_FAILED", message: explain(error) };
}
