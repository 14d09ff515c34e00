/** The commands that work on this machine instead of asking the daemon. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { LocalCommands } from "../cli/program.ts";
import { Role } from "../contract/key.ts";
import { createDataDir, locateDataDir } from "../data-dir.ts";
import { MusterError } from "../errors.ts";
import { openStores } from "../store/stores.ts";
import { type ChildName, childNames } from "./children.ts";
import { doctor } from "./doctor.ts";
import { init } from "./init.ts";
import { runChildProcess, up } from "./up.ts";
import { VERSION } from "./version.ts";

const scripts = join(import.meta.dirname, "../../scripts");

export const localCommands: LocalCommands = {
  version: VERSION,
  init,
  doctor: (options) => doctor(locateConfig(options.config), locateDataDir(options.data, process.env)),
  up: (options) => up(locateConfig(options.config), locateDataDir(options.data, process.env)),
  child: (name, options) => runChildProcess(childName(name), locateConfig(options.config), locateDataDir(options.data, process.env)),
  createKey: ({ name, role, data }) => {
    const place = locateDataDir(data, process.env);
    createDataDir(place);
    const stores = openStores(place.database);
    try {
      return stores.keys.create(name, parseRole(role), new Date());
    } finally {
      stores.db.close();
    }
  },
  fetchAssets: async ({ data }) => {
    const place = locateDataDir(data, process.env);
    createDataDir(place);
    await run(join(scripts, "assets/fetch"), ["--dest", place.assets]);
  },
  buildImage: async ({ data, force, mirror }) => {
    const place = locateDataDir(data, process.env);
    createDataDir(place);
    const args = ["--dest", join(place.assets, "image/13/amd64"), ...(force ? ["--force"] : []), ...(mirror ? ["--mirror", mirror] : [])];
    await run(join(scripts, "image/build"), args);
  },
  lab: (args) => run(process.execPath, [...process.execArgv, join(scripts, "lab/main.ts"), ...args]),
};

function childName(name: string): ChildName {
  const found = childNames.find((known) => known === name);
  if (!found) throw new MusterError("REQUEST_INVALID", `there is no process ${name}`);
  return found;
}

function parseRole(text: string): Role {
  const role = Role.safeParse(text);
  if (!role.success) throw new MusterError("REQUEST_INVALID", `--role: ${text} is none of ${Role.options.join(", ")}`);
  return role.data;
}

/** `--config`, `MUSTER_CONFIG`, /etc/muster/muster.yaml, ./muster.yaml: the first that is named or there. */
function locateConfig(flag: string | undefined): string {
  const named = flag ?? process.env.MUSTER_CONFIG;
  if (named) return resolve(named);
  const found = ["/etc/muster/muster.yaml", resolve("muster.yaml")].find((file) => existsSync(file));
  if (!found) throw new MusterError("CONFIG_NOT_FOUND", "there is no /etc/muster/muster.yaml and no ./muster.yaml");
  return found;
}

/** In the foreground, with Ctrl-C going to the child first. */
function run(command: string, args: string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: "inherit" });
    const ignore = () => undefined;
    process.on("SIGINT", ignore);
    child.once("error", (cause) => fail(new MusterError("LAUNCH_FAILED", `${command} cannot be run`, { cause })));
    child.once("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      if (code === 0) done();
      else fail(new MusterError("LAUNCH_FAILED", `${command} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}
