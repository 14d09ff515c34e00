/** Checks that the external programs exist. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Check } from "../contract/admin/doctor.ts";
import type { DataDir } from "../data-dir.ts";
import { OBEYS_REQUIRED_AUTH, releaseIn } from "../executor/steps/psql-password.ts";

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

/** Checks the release of psql if the tool `sql_postgresql` has a password. An older release would send it as plain text. */
export function psqlCheck(data: Pick<DataDir, "executor">, version = versionOf): Check[] {
  if (!existsSync(join(data.executor, "secrets", "postgresql_password"))) return [];
  const found = version("psql", "--version");
  if (found === undefined)
    return [{ name: "psql", ok: false, detail: "not found; it queries PostgreSQL", advice: "apt-get install postgresql-client" }];
  if ((releaseIn(found) ?? 0) >= OBEYS_REQUIRED_AUTH) return [{ name: "psql", ok: true, detail: found }];
  return [
    {
      name: "psql",
      ok: false,
      detail: `${found}; it would send the password of sql_postgresql as plain text, so the tool does not start it`,
      advice: `Install psql ${OBEYS_REQUIRED_AUTH} or newer, or remove executor/secrets/postgresql_password if you do not use the tool.`,
    },
  ];
}

/** Returns the version of a program. Standard error is read too, because ssh prints its version to standard error. */
function versionOf(program: string, option: string): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, [option], { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? (stdout || stderr).split("\n")[0] : undefined;
}
