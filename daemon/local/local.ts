/** Defines the commands that work on this machine without calling the daemon. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { VERSION } from "../admin/version.ts";
import type { LocalCommands } from "../cli/local-commands.ts";
import { locateDataDir } from "../data-dir.ts";
import { MusterError } from "../errors/errors.ts";

const scripts = join(import.meta.dirname, "../../scripts");

// Each command loads its own code. Otherwise every `muster` command would load all of the daemon.
const audit = () => import("./audit-local.ts");
const bootFiles = () => import("./boot-file-scripts.ts");
const forms = () => import("./tools-local.ts");
const models = () => import("./cluster/models-local.ts");
const policy = () => import("./policy-local.ts");
const programs = () => import("./run-script.ts");
const voters = () => import("./voters-local.ts");

export const localCommands: LocalCommands = {
  version: VERSION,
  init: async (options) => (await import("./init.ts")).init(options),
  doctor: async (options) =>
    (await import("./doctor.ts")).doctor(locateConfig(options.config), locateDataDir(options.data, process.env), process.env),
  up: async ({ newDatabase = false, ...options }) =>
    (await import("../processes/supervisor/up.ts")).up(locateConfig(options.config), locateDataDir(options.data, process.env), newDatabase),
  prepare: async ({ newDatabase = false, ...options }) =>
    (await import("../processes/accounts/prepare.ts")).prepare(
      locateConfig(options.config),
      locateDataDir(options.data, process.env),
      newDatabase,
      process.env,
    ),
  backup: async (folder, { data }) => (await import("./backup.ts")).backup(locateDataDir(data, process.env), folder),
  createKey: async ({ data, ...wanted }) => (await import("./create-key.ts")).createKey(locateDataDir(data, process.env), wanted),
  voters: async ({ data }) => (await voters()).listVoters(locateDataDir(data, process.env)),
  addVoter: async (request, { data }) => (await voters()).addVoter(locateDataDir(data, process.env), request),
  removeVoter: async (name, { data }) => (await voters()).removeVoter(locateDataDir(data, process.env), name),
  fetchAssets: async ({ data, config }) => (await bootFiles()).fetchAssets(locateDataDir(data, process.env), findConfig(config)),
  buildImage: async ({ data, config, ...options }) =>
    (await bootFiles()).buildImage(locateDataDir(data, process.env), findConfig(config), options),
  addModel: async ({ data, ...request }) => (await models()).addLocally(locateDataDir(data, process.env), request),
  removeModel: async (name, { data, config, force }) => ({
    users: await (await models()).removeLocally(locateDataDir(data, process.env), findConfig(config), name, force),
  }),
  testPolicy: async (file, place) => (await policy()).testPolicy(file, place, findConfig(place.config)),
  explainPolicy: async (planFile, who, place) => (await policy()).explainPolicy(planFile, who, place, findConfig(place.config)),
  policyRules: async (place) => (await policy()).policyRules(place, findConfig(place.config)),
  tools: async (folders, config) => (await forms()).tools(folders, findConfig(config)),
  runbooks: async (folders, search, config) => (await forms()).runbooks(folders, search, findConfig(config)),
  verifyAudit: async (options) => (await audit()).verifyLocally(options),
  lab: async (args) => (await programs()).runTool(process.execPath, [...process.execArgv, join(scripts, "lab/main.ts"), ...args]),
};

/** Returns the configuration file: `--config`, else `MUSTER_CONFIG`, else /etc/muster/muster.yaml, else ./muster.yaml. */
function findConfig(flag: string | undefined): string | undefined {
  const named = flag ?? process.env.MUSTER_CONFIG;
  return named ? resolve(named) : ["/etc/muster/muster.yaml", resolve("muster.yaml")].find((file) => existsSync(file));
}

function locateConfig(flag: string | undefined): string {
  const found = findConfig(flag);
  if (!found) throw new MusterError("CONFIG_NOT_FOUND", "there is no /etc/muster/muster.yaml and no ./muster.yaml");
  return found;
}
