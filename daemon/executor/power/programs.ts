/** Implements the two power drivers that run programs. One driver runs ipmitool, and the other runs the configured commands. */
import { MusterError } from "../../errors/errors.ts";
import type { Machine } from "../../machines/power/choose.ts";
import { filled } from "../../machines/power/command-line.ts";
import { ipmiFailure, ipmitoolArguments, powerStateFrom } from "../../machines/power/ipmi.ts";
import type { SettingOf } from "../../machines/power/settings.ts";
import { readPassword } from "./password.ts";
import { type ProgramRoom, runProgram } from "./program.ts";
import type { Bmc } from "./switch.ts";

export function ipmiBmc(setting: SettingOf<"ipmi">, room: ProgramRoom, signal: AbortSignal): Bmc {
  const env = { IPMI_PASSWORD: readPassword(setting.password_file) };
  const ask = async (action: Parameters<typeof ipmitoolArguments>[1]): Promise<string> => {
    const { exitCode, output, complaint } = await runProgram(["ipmitool", ...ipmitoolArguments(setting, action)], env, room, signal);
    if (exitCode !== 0) throw ipmiFailure(complaint, setting);
    return output;
  };
  return {
    state: async () => powerStateFrom(await ask("status")),
    act: async (action) => {
      await ask(action);
    },
  };
}

export function commandBmc(setting: SettingOf<"command">, machine: Machine, room: ProgramRoom, signal: AbortSignal): Bmc {
  const run = async (action: "on" | "off" | "cycle" | "status"): Promise<string> => {
    const words = setting[action];
    if (!words) throw new MusterError("POWER_NOT_SUPPORTED", `${machine.name} has no command for ${action}`);
    const { exitCode, output, complaint } = await runProgram(filled(words, setting, machine), {}, room, signal);
    if (exitCode === 0) return output;
    const said = (complaint.trim() || output.trim()).split("\n").at(-1)?.slice(0, 300);
    throw new MusterError("POWER_FAILED", `${words[0]} ended with ${exitCode ?? "a signal"}: ${said || "without a message"}`);
  };
  return {
    ...(setting.status && {
      state: async () => {
        const [said = ""] = (await run("status")).trim().toLowerCase().split(/\s+/);
        if (said === "on" || said === "off") return said;
        throw new MusterError("POWER_FAILED", `its status command printed neither on nor off: ${said.slice(0, 100) || "nothing"}`);
      },
    }),
    act: async (action) => {
      await run(action);
    },
  };
}
