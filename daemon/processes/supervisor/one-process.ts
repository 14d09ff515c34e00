/**
 * Runs one process of the daemon. Each process loads only its own code. Therefore the control process has no code for
 * actions that only other processes may perform.
 */
import { loadConfig } from "../../config/config.ts";
import { closeNewFiles, type DataDir } from "../../data-dir.ts";
import { createLog } from "../../log/log.ts";
import { LogRelay } from "../../log/log-relay.ts";
import { DRAIN_MS, runChild } from "./child.ts";
import type { ChildName } from "./children.ts";
import { lockFile } from "./lock-file.ts";
import type { Wire } from "./wire.ts";

export async function runOneProcess(name: ChildName, configFile: string, data: DataDir, wire: Wire): Promise<void> {
  closeNewFiles();
  const config = loadConfig(configFile);
  const relay = new LogRelay(name, wire);
  const log = createLog(name, config.admin.log.level, relay.take);
  process.on("exit", () => relay.flush());
  const lock = lockFile(data, name);
  switch (name) {
    case "control":
      return runChild(log, lock, async () => {
        const { startControl } = await import("../control/control.ts");
        const control = await startControl(config, data, process.env, log, wire.send);
        const deaf = await wire.listen((news) => {
          if (news.type === "log") return control.logged(news);
          if (news.type === "doctor-done" || news.type === "doctor-failed") return control.examined(news);
          control.news(news);
          wire.send?.({ type: "news-taken" });
        });
        announce(control.url, control.firstKey, data);
        return {
          stop: () => {
            deaf();
            return control.stop();
          },
        };
      });
    case "netboot":
      return runChild(log, lock, async () => {
        const { startNetboot } = await import("../netboot/netboot.ts");
        return startNetboot(config, data, process.env, log);
      });
    case "executor": {
      return runChild(
        log,
        lock,
        async () => {
          const { startExecutorProcess } = await import("../executor/executor.ts");
          const executor = await startExecutorProcess(config, data, log, process.env);
          // The runs continue, and the next executor finds them. A step over SSH ends with the executor, so a requested stop
          // waits for it. If the supervisor was killed, the next executor may be waiting already.
          return { stop: (reason) => executor.leave(reason === "SIGTERM" ? DRAIN_MS : undefined) };
        },
        DRAIN_MS,
      );
    }
  }
}

/**
 * Prints the URL and the first key to the terminal, not to the log. The control process shows the key only once,
 * because the process stores only a hash of the key.
 */
function announce(url: string, key: string | undefined, { root }: DataDir): void {
  const how =
    key === undefined
      ? `Log in with your API key. Another one: muster key create --name <name> --role <role> --data ${root}`
      : `The first API key, shown only now (role admin): ${key}`;
  process.stderr.write(`Muster is at ${url}\n${how}\n`);
}
