/** Builds the arguments of ipmitool and interprets its output. Pure. */
import type { PowerAction, PowerState } from "../../contract/machines/power.ts";
import { MusterError } from "../../errors/errors.ts";
import type { SettingOf } from "./settings.ts";

/**
 * Returns the arguments without the password. The password is passed in the environment, because ipmitool's
 * option `-f` reads only the beginning of a long password.
 */
export function ipmitoolArguments(setting: SettingOf<"ipmi">, action: PowerAction): string[] {
  return [
    // Without `-v`, ipmitool prints the same message for a wrong password and for a BMC that is off.
    "-v",
    ...["-I", setting.interface, "-H", setting.address, "-p", String(setting.port)],
    ...(setting.user === undefined ? [] : ["-U", setting.user]),
    "-E",
    ...["-L", setting.privilege.toUpperCase(), "-R", "3", "-N", "1"],
    ...(setting.cipher_suite === undefined || setting.interface === "lan" ? [] : ["-C", String(setting.cipher_suite)]),
    ...["chassis", "power", action],
  ];
}

export function powerStateFrom(output: string): PowerState {
  const said = /^Chassis Power is (on|off)$/m.exec(output)?.[1];
  if (said !== "on" && said !== "off")
    throw new MusterError("POWER_FAILED", `the BMC does not report whether the machine is on: ${lastLine(output)}`);
  return said;
}

export function ipmiFailure(complaint: string, { address, user, cipher_suite }: SettingOf<"ipmi">): MusterError {
  const line = (pattern: RegExp) =>
    complaint
      .split("\n")
      .find((each) => pattern.test(each))
      ?.replace(/^> /, "");
  const login = line(/RAKP 2|RAKP 4|unauthorized name|Invalid user name|Activate Session|password is longer|Set Session Privilege Level/);
  if (login !== undefined)
    return new MusterError("POWER_LOGIN_REFUSED", `the BMC at ${address} refused ${user ?? "the login without a name"}: ${login}`);
  const privilege = line(/^(?!Invalid completion).*failed: Insufficient privilege/);
  if (privilege !== undefined)
    return new MusterError("POWER_LOGIN_REFUSED", `the BMC at ${address} grants ${user ?? "anonymous users"} too few rights: ${privilege}`);
  if (line(/invalid authentication algorithm|no matching cipher suite/i) !== undefined)
    return new MusterError(
      "POWER_FAILED",
      `the BMC at ${address} does not support cipher suite ${cipher_suite ?? "17"}; set \`cipher_suite\`, 3 is the oldest`,
    );
  if (/Get Auth Capabilities|Address lookup|Could not open socket|Unable to establish/.test(complaint))
    return new MusterError("POWER_UNREACHABLE", `the BMC at ${address} did not answer: ${line(/Address lookup/) ?? "timeout"}`);
  return new MusterError("POWER_FAILED", `the BMC at ${address} failed: ${lastLine(complaint)}`);
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1)?.slice(0, 300) || "no message";
