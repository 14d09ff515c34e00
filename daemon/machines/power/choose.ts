/**
 * Selects the power driver of a node and checks that the driver supports the action. Pure. The control process checks
 * before the request, and the executor process checks again before the action.
 */

import type { PowerAction } from "../../contract/machines/power.ts";
import type { Mac } from "../../contract/names.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Power, PowerSetting, SettingOf } from "./settings.ts";

export interface Machine {
  name: string;
  macs: Mac[];
  /** The address of the node itself, not of its BMC. */
  address?: string | undefined;
}

export function settingFor({ name, macs }: Machine, power: Power): PowerSetting {
  const key = [name, ...macs].find((each) => Object.hasOwn(power.nodes, each));
  const setting = key === undefined ? power.default : power.nodes[key];
  if (!setting) throw new MusterError("POWER_NOT_CONFIGURED", `no power driver is configured for ${name}`);
  return setting;
}

/** Returns a sentence for the timeline that describes the power driver. */
export function described(setting: PowerSetting): string {
  return "address" in setting && setting.address !== undefined ? `${setting.driver} at ${setting.address}` : setting.driver;
}

export function requireSupported(setting: PowerSetting, action: PowerAction, name: string): void {
  if (setting.driver === "wol" && action !== "on")
    throw new MusterError("POWER_NOT_SUPPORTED", `${name} has the driver wol, which can only wake a machine`);
  if (setting.driver === "command" && setting[action] === undefined)
    throw new MusterError("POWER_NOT_SUPPORTED", `${name} has the driver command, but no command for ${action}`);
  if (setting.driver === "manual") throw byHand(setting, action, name);
}

const errand = {
  on: "switch it on",
  off: "switch it off",
  cycle: "switch it off and on again",
  status: "check whether it is on",
} satisfies Record<PowerAction, string>;

const byHand = ({ instructions }: SettingOf<"manual">, action: PowerAction, name: string): MusterError =>
  new MusterError(
    "POWER_BY_HAND",
    `${name} cannot be switched remotely: go and ${errand[action]}${instructions === undefined ? "" : ` (${instructions})`}`,
  );
