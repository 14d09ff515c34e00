/**
 * Runs the daemon with its three child processes in the foreground. Only one daemon runs per data folder. The
 * daemon stops within three seconds, or within thirteen if a step of a plan is at work over SSH.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { listenDescriptors } from "../../../pxe/inherited-sockets.ts";
import { loadConfigFile } from "../../config/config.ts";
import { bootInterfaces } from "../../config/netboot.ts";
import { closeNewFiles, createDataDir, type DataDir } from "../../data-dir.ts";
import { MusterError } from "../../errors/errors.ts";
import { createLog } from "../../log/log.ts";
import { LogTail } from "../../log/log-tail.ts";
import { bootPlaces } from "../../netboot/boot-places.ts";
import { type ProcessLock, takeLock } from "../../store/process-lock.ts";
import { checkOneUser } from "../accounts/check-access.ts";
import { startChecks } from "../start/checks.ts";
import { setAsideLostDatabase } from "../start/database.ts";
import { childSpecs } from "./children.ts";
import { doctorRunner } from "./doctor-runner.ts";
import { lockFile } from "./lock-file.ts";
import { postOf } from "./post.ts";
import { Supervisor } from "./supervisor.ts";

export async function up(configFile: string, data: DataDir, newDatabase: boolean): Promise<void> {
  const { config, moved } = loadConfigFile(configFile);
  closeNewFiles();
  checkOneUser(data);
  createDataDir(data);
  bootPlaces(bootInterfaces(config.netboot)); // if an interface is invalid, this throws before any process starts
  const lock = claim(data);
  if (newDatabase) setAsideLostDatabase(data, new Date());
  for (const { check } of startChecks(config, data, process.env)) check();
  const tail = new LogTail();
  const log = createLog("musterd", config.admin.log.level, tail.take);
  for (const { from, to } of moved) log.warn({ setting: from, place: to }, `muster.yaml: ${from} is now ${to}; the old key still works`);
  const sockets = listenDescriptors(process.env, process.pid);
  const supervisor = new Supervisor(
    childSpecs(config, configFile, data.root, process.env, sockets),
    "control",
    log,
    {},
    postOf(tail, doctorRunner(configFile, data.root, process.env)),
  );
  supervisor.start();
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, "stopping");
  await supervisor.stop();
  rmSync(data.pidFile, { force: true });
  lock.release();
}

/**
 * Takes the lock of the data folder. Throws DAEMON_RUNNING if another daemon holds the lock. The pid file is used
 * only in error messages, so an outdated pid file does no harm.
 */
function claim(data: DataDir): ProcessLock {
  const lock = takeLock(lockFile(data, "musterd"));
  if (!lock) {
    const holder = existsSync(data.pidFile) ? readFileSync(data.pidFile, "utf8").trim() : "";
    throw new MusterError("DAEMON_RUNNING", `${holder === "" ? "a daemon" : `the daemon with process id ${holder}`} uses ${data.root}`);
  }
  writeFileSync(data.pidFile, `${process.pid}\n`, { mode: 0o640 });
  return lock;
}
