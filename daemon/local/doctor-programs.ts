/** Checks that the external programs exist: those of the daemon, and those that the tools need on the control node and on nodes. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { type ProgramNeed, programsOn } from "../changes/tools/needed-programs.ts";
import type { Config } from "../config/config.ts";
import type { Check } from "../contract/admin/doctor.ts";
import type { DataDir } from "../data-dir.ts";
import { placeOfProgram } from "../executor/steps/needed-programs.ts";
import { OBEYS_REQUIRED_AUTH, releaseIn } from "../executor/steps/psql-password.ts";
import { ansibleDirectory } from "../jobs/playbooks/ansible-directory.ts";
import { offered } from "../processes/control/changes.ts";

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

/**
 * Checks the programs of the tools. A missing program is no problem of the daemon: only the tools that need it cannot run. The
 * tools report it themselves before they run.
 */
export function toolProgramChecks(config: Config, { executor }: Pick<DataDir, "executor">, find = placeOfProgram): Check[] {
  const forms = offered(config).catalogue.list();
  const inUse = ({ secrets }: ProgramNeed) => secrets.length === 0 || secrets.some((name) => existsSync(join(executor, "secrets", name)));
  // The check of psql reports its absence, too.
  const needs = programsOn("control", forms).filter((need) => inUse(need) && need.name !== "psql");
  return [
    curlCheck(find("curl")),
    ...needs.map((need) => toolProgram(need, find(need.name))),
    nodeProgramsCheck(config, programsOn("node", forms)),
  ];
}

const curlCheck = (file: string | undefined): Check =>
  file === undefined
    ? { name: "curl", ok: true, detail: "not found; the examples of the HTTP API use it", advice: "apt-get install curl" }
    : { name: "curl", ok: true, detail: file };

function toolProgram({ name, package: from, tools }: ProgramNeed, file: string | undefined): Check {
  if (file !== undefined) return { name, ok: true, detail: file };
  return { name, ok: true, detail: `not found; ${toolsInWords(tools)} cannot run`, advice: `apt-get install ${from}` };
}

/** Checks that the role `common` installs the programs that tools need on nodes. */
function nodeProgramsCheck({ jobs }: Config, needs: readonly ProgramNeed[]): Check {
  const name = "programs of the nodes";
  const file = join(ansibleDirectory(jobs), "roles/common/defaults/main.yaml");
  const defaults = CommonDefaults.safeParse(existsSync(file) ? parse(readFileSync(file, "utf8")) : undefined);
  const installed = defaults.data?.common_packages ?? [];
  const missing = needs.filter((need) => !installed.includes(need.package));
  if (missing.length === 0) return { name, ok: true, detail: `the role common installs ${needs.map((need) => need.name).join(", ")}` };
  const packages = [...new Set(missing.map((need) => need.package))].join(", ");
  const detail = `the role common does not install ${missing.map((need) => need.name).join(", ")}`;
  return {
    name,
    ok: true,
    detail,
    advice: `To use ${toolsInWords(missing.flatMap(({ tools }) => tools))}, add to common_packages: ${packages}`,
  };
}

const CommonDefaults = z.object({ common_packages: z.array(z.string()).default([]) });

const toolsInWords = (tools: readonly string[]): string => `${tools.length === 1 ? "the tool" : "the tools"} ${tools.join(", ")}`;

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
