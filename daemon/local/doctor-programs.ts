/** Checks that the external programs exist. */
import { spawnSync } from "node:child_process";
import type { Config } from "../config/config.ts";
import type { Check } from "../contract/admin/doctor.ts";

const programs = [
  ["ansible-playbook", "--version", "ansible-core", "configures the nodes"],
  ["ssh", "-V", "openssh-client", "logs in to nodes for Ansible"],
  ["python3", "--version", "python3", "binds the sockets of the boot network"],
] as const;
const ipmitool = ["ipmitool", "-V", "ipmitool", "switches machines by IPMI"] as const;

export function programChecks({ machines: { power } }: Config): Check[] {
  const ipmi = Object.values(power.nodes).some(({ driver }) => driver === "ipmi");
  return [...programs, ...(ipmi ? [ipmitool] : [])].map(([name, option, from, purpose]) => {
    const version = versionOf(name, option);
    return version === undefined
      ? { name, ok: false, detail: `not found; it ${purpose}`, advice: `apt-get install ${from}` }
      : { name, ok: true, detail: version };
  });
}

/** Returns the version of a program. Standard error is read too, because ssh prints its version to standard error. */
function versionOf(program: string, option: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, [option], { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? (stdout || stderr).split("\n")[0] : undefined;
}
