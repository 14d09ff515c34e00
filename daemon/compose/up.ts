/** The daemon itself: one per data folder, three processes, gone in three seconds. */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { loadConfig } from "../config.ts";
import { createDataDir, type DataDir } from "../data-dir.ts";
import { MusterError } from "../errors.ts";
import { createLog } from "../log.ts";
import { bootNetwork } from "./address.ts";
import { runChild } from "./child.ts";
import { type ChildName, childSpecs } from "./children.ts";
import { startControl } from "./control.ts";
import { startExecutorProcess } from "./executor.ts";
import { startNetboot } from "./netboot.ts";
import { Supervisor, type SupervisorNews } from "./supervisor.ts";

export async function up(configFile: string, data: DataDir): Promise<void> {
  const config = loadConfig(configFile);
  createDataDir(data);
  bootNetwork(config); // a wrong interface is a message now, not three restarting processes
  claim(data);
  const log = createLog("musterd", config.log.level);
  const supervisor = new Supervisor(childSpecs(config, configFile, data.root, process.env), "control", log);
  supervisor.start();
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(name, () => resolve(name));
  });
  log.info({ signal }, "stopping");
  await supervisor.stop();
  rmSync(data.pidFile, { force: true });
}

export async function runChildProcess(name: ChildName, configFile: string, data: DataDir): Promise<void> {
  const config = loadConfig(configFile);
  const log = createLog(name, config.log.level);
  switch (name) {
    case "control":
      return runChild(log, async () => {
        const control = await startControl(config, data, process.env, log);
        process.on("message", (news: SupervisorNews) => control.news(news));
        announce(control.url, control.firstKey);
        return { stop: () => control.stop() };
      });
    case "netboot":
      return runChild(log, () => startNetboot(config, data, process.env, log));
    case "executor":
      return runChild(log, async () => {
        const executor = await startExecutorProcess(config, data, log);
        // Only a stop that was asked for ends runs; when the supervisor was killed they go on and are found again.
        return { stop: (reason) => (reason === "SIGTERM" ? executor.close() : executor.abandon()) };
      });
  }
}

/** To a person at the terminal, not to the log: the key is shown this once and stored only as a hash. */
function announce(url: string, key: string | undefined): void {
  process.stderr.write(`Muster is at ${url}\n`);
  if (key !== undefined) process.stderr.write(`The first API key, shown only now (role admin): ${key}\n`);
}

/** One daemon a data folder. A dead one's file is no obstacle: its start time tells it from a stranger with its number. */
function claim({ pidFile }: DataDir): void {
  if (existsSync(pidFile)) {
    const [pid = "", started = ""] = readFileSync(pidFile, "utf8").trim().split(" ");
    if (started !== "" && startTime(pid) === started)
      throw new MusterError("DAEMON_RUNNING", `a daemon with the process id ${pid} uses this data folder`);
    rmSync(pidFile);
  }
  const file = openSync(pidFile, "wx", 0o640);
  writeSync(file, `${process.pid} ${startTime(String(process.pid))}\n`);
  closeSync(file);
}

function startTime(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${Number(pid)}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
