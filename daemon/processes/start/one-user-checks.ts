/**
 * Checks, as the user of one process, what this process needs. The check is a program of its own, so that no process loads
 * code of another process.
 */
import { listenDescriptors } from "../../../pxe/inherited-sockets.ts";
import { loadConfig } from "../../config/config.ts";
import type { DataDir } from "../../data-dir.ts";
import { checkAccess } from "../accounts/check-access.ts";
import type { ChildName } from "../supervisor/children.ts";
import { socketLauncher } from "../supervisor/socket-launcher.ts";
import { startChecks } from "./checks.ts";

/**
 * Returns the command, word by word, with which the process must be started. Only netboot has one. `pid` is the process that
 * inherited the sockets of systemd.
 */
export function checkOne(name: ChildName, configFile: string, data: DataDir, env: NodeJS.ProcessEnv, pid: number): string[] {
  const config = loadConfig(configFile);
  checkAccess(data, name);
  for (const { readers, check } of startChecks(config, data, env)) if (readers.includes(name)) check();
  return name === "netboot" ? socketLauncher(config, listenDescriptors(env, pid)) : [];
}
