/**
 * Reads and checks the whole configuration, which has one section for each area. The configuration contains secrets
 * only as file paths, so a printed `Config` shows no secret.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";
import { MusterError } from "../errors/errors.ts";
import { AdminSection } from "./admin.ts";
import { AuditSettings } from "./audit.ts";
import { ChangesSection } from "./changes.ts";
import { ClusterSection } from "./cluster.ts";
import { JobsSection } from "./jobs.ts";
import { MachinesSection } from "./machines.ts";
import { type Moved, type MovedKey, moveKeys } from "./moved-keys.ts";
import { checkNetboot, Netboot } from "./netboot.ts";
import { configProblems } from "./problems.ts";

export const Config = z.strictObject({
  machines: MachinesSection.prefault({}).describe("Installation, login and power of machines."),
  netboot: Netboot.prefault({}).describe("DHCP, TFTP and HTTP for booting machines."),
  jobs: JobsSection.prefault({}).describe("Ansible runs and maintenance windows."),
  changes: ChangesSection.prefault({}).describe("Tools, runbooks and the rules for changes."),
  audit: AuditSettings.prefault({}).describe("Retention of the audit, and copies of its checkpoints."),
  admin: AdminSection.prefault({}).describe("The API, the log, alerts and links."),
  cluster: ClusterSection.prefault({}).describe("Consul and Nomad."),
});
export type Config = z.output<typeof Config>;

export interface ConfigFile {
  config: Config;
  /** The old keys that the file uses, each with its new path. */
  moved: MovedKey[];
}

export const loadConfig = (file: string): Config => loadConfigFile(file).config;

export function loadConfigFile(file: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("CONFIG_NOT_FOUND", `cannot read ${file}`, { cause });
  }
  return parseConfigFile(text, file);
}

export const parseConfig = (text: string, file: string): Config => parseConfigFile(text, file).config;

export function parseConfigFile(text: string, file: string): ConfigFile {
  try {
    // The file is YAML 1.2, in which `off` is a string and not a boolean (decision 0006).
    const keys = moveKeys(parse(text) ?? {});
    return { config: checked(keys), moved: keys.moved };
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `cannot use ${file}`, { cause });
  }
}

function checked({ settings, nameOf }: Moved): Config {
  const parsed = Config.safeParse(settings);
  if (!parsed.success) throw new Error(configProblems(parsed.error, Config, nameOf));
  checkNetboot(parsed.data.netboot);
  return parsed.data;
}
