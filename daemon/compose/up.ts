/** The daemon itself: one per data folder, three processes, gone in three seconds. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listenDescriptors } from "../../pxe/inherited-sockets.ts";
import { loadConfig } from "../config.ts";
import { createDataDir, type DataDir } from "../data-dir.ts";
import { MusterError } from "../errors.ts";
import { createLog } from "../log.ts";
import { type ProcessLock, takeLock } from "../store/process-lock.ts";
import { bootPlaces } from "./address.ts";
import { runChild } from "./child.ts";
import { type ChildName, childSpecs } from "./children.ts";
import { startControl } from "./control.ts";
import { startExecutorProcess } from "./executor.ts";
import { startNetboot } from "./netboot.ts";
import { type NewsTaken, Supervisor, type SupervisorNews } from "./supervisor.ts";

export async function up(configFile: string, data: DataDir): Promise<void> {
  const config = loadConfig(configFile);
  createDataDir(data);
  bootPlaces(config); // a wrong interface is a message now, not three restarting processes
  const lock = claim(data);
  const log = createLog("musterd", config.log.level);
  const sockets = listenDescriptors(process.env, process.pid);
  const supervisor = new Supervisor(childSpecs(config, configFile, data.root, process.env, sockets), "control", log);
  supervisor.start();
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, "stopping");
  await supervisor.stop();
  rmSync(data.pidFile, { force: true });
  lock.release();
}

export async function runChildProcess(name: ChildName, configFile: string, data: DataDir): Promise<void> {
  const config = loadConfig(configFile);
  const log = createLog(name, config.log.level);
  const lock = lockFile(data, name);
  switch (name) {
    case "control":
      return runChild(log, lock, async () => {
        const control = await startControl(config, data, process.env, log);
        process.on("message", (news: SupervisorNews) => {
          control.news(news);
          process.send?.({ type: "news-taken" } satisfies NewsTaken);
        });
        announce(control.url, control.firstKey, data);
        return { stop: () => control.stop() };
      });
    case "netboot":
      return runChild(log, lock, () => startNetboot(config, data, process.env, log));
    case "executor":
      return runChild(log, lock, async () => {
        const executor = await startExecutorProcess(config, data, log, process.env);
        // Only a stop that was asked for ends runs; when the supervisor was killed they go on and are found again.
        return { stop: (reason) => (reason === "SIGTERM" ? executor.close() : executor.abandon()) };
      });
  }
}

/** To a person at the terminal, not to the log: the key is shown this once and stored only as a hash. */
function announce(url: string, key: string | undefined, { root }: DataDir): void {
  const how =
    key === undefined
      ? `Log in with your API key. Another one: muster key create --name <name> --role <role> --data ${root}`
      : `The first API key, shown only now (role admin): ${key}`;
  process.stderr.write(`Muster is at ${url}\n${how}\n`);
}

/** One daemon a data folder. The lock decides; the file only says who it is, so that a dead one's is no obstacle. */
function claim(data: DataDir): ProcessLock {
  const lock = takeLock(lockFile(data, "musterd"));
  if (!lock) {
    const holder = existsSync(data.pidFile) ? readFileSync(data.pidFile, "utf8").trim() : "";
    throw new MusterError("DAEMON_RUNNING", `${holder === "" ? "a daemon" : `the daemon with process id ${holder}`} uses ${data.root}`);
  }
  writeFileSync(data.pidFile, `${process.pid}\n`, { mode: 0o640 });
  return lock;
}

function lockFile({ root }: DataDir, name: string): string {
  const folder = join(root, "locks");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, name);
}
