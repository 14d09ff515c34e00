/** Defines the commands that work on this machine without calling the daemon. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { VERSION } from "../admin/version.ts";
import type { LocalCommands } from "../cli/local-commands.ts";
import { createDataDir, locateDataDir } from "../data-dir.ts";
import { MusterError } from "../errors/errors.ts";
import { bootFilesFor, loaders, rareLoaders } from "../netboot/boot-files.ts";
import { up } from "../processes/supervisor/up.ts";
import { verifyLocally } from "./audit-local.ts";
import { createKey } from "./create-key.ts";
import { doctor } from "./doctor.ts";
import { init } from "./init.ts";
import { explainPolicy, policyRules, testPolicy } from "./policy-local.ts";
import { runStep, runTool } from "./run-script.ts";
import { runbooks, tools } from "./tools-local.ts";
import { addVoter, listVoters, removeVoter } from "./voters-local.ts";

const scripts = join(import.meta.dirname, "../../scripts");

export const localCommands: LocalCommands = {
  version: VERSION,
  init,
  doctor: (options) => doctor(locateConfig(options.config), locateDataDir(options.data, process.env)),
  up: (options) => up(locateConfig(options.config), locateDataDir(options.data, process.env)),
  createKey: ({ data, ...wanted }) => createKey(locateDataDir(data, process.env), wanted),
  voters: ({ data }) => listVoters(locateDataDir(data, process.env)),
  addVoter: (request, { data }) => addVoter(locateDataDir(data, process.env), request),
  removeVoter: (name, { data }) => removeVoter(locateDataDir(data, process.env), name),
  fetchAssets: async ({ data }) => {
    const place = locateDataDir(data, process.env);
    createDataDir(place);
    await runStep("assets fetch", join(scripts, "assets/fetch"), ["--dest", place.assets]);
    return there(place.assets, [...loaders, ...rareLoaders, ...bootFilesFor("preseed")]);
  },
  buildImage: async ({ data, force, mirror }) => {
    const place = locateDataDir(data, process.env);
    createDataDir(place);
    const args = ["--dest", join(place.assets, "image/13/amd64"), ...(force ? ["--force"] : []), ...(mirror ? ["--mirror", mirror] : [])];
    await runStep("image build", join(scripts, "image/build"), args);
    return there(place.assets, bootFilesFor("image"));
  },
  testPolicy: (file, place) => testPolicy(file, place, findConfig(place.config)),
  explainPolicy: (planFile, who, place) => explainPolicy(planFile, who, place, findConfig(place.config)),
  policyRules: (place) => policyRules(place, findConfig(place.config)),
  tools: (folders, config) => tools(folders, findConfig(config)),
  runbooks: (folders, symptom, config) => runbooks(folders, symptom, findConfig(config)),
  verifyAudit: verifyLocally,
  lab: (args) => runTool(process.execPath, [...process.execArgv, join(scripts, "lab/main.ts"), ...args]),
};

const there = (folder: string, files: readonly string[]): string[] =>
  [...new Set(files)].map((file) => join(folder, file)).filter((file) => existsSync(file));

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
