/** The real executor with a power configuration on its own socket, and control's end of that socket. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { parseConfig } from "../../daemon/config/config.ts";
import type { Node } from "../../daemon/contract/machines/node.ts";
import type { PowerAction, PowerResult } from "../../daemon/contract/machines/power.ts";
import { createDataDir, dataDir } from "../../daemon/data-dir.ts";
import { type Executor, startExecutor } from "../../daemon/executor/server.ts";
import { ExecutorLink } from "../../daemon/executor-link/link.ts";
import { RemotePower } from "../../daemon/machines/power/remote.ts";
import { Switchboard } from "../../daemon/machines/power/switchboard.ts";

import { endProcessesOf } from "./processes/left-processes.ts";

export interface PowerLab {
  folder: string;
  /** Every line the executor logged. */
  log(): string;
  stopExecutor(): Promise<void>;
  startExecutor(): Promise<void>;
  perform(name: string, action: PowerAction): Promise<PowerResult>;
}

/** `power` is the section of muster.yaml, as YAML or JSON. `folder` contains the files it refers to. */
export async function startPowerLab(t: TestContext, power: (folder: string) => object): Promise<PowerLab> {
  const folder = mkdtempSync(join(tmpdir(), "muster-power-"));
  t.after(() => {
    endProcessesOf(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  const data = dataDir(folder);
  createDataDir(data);
  const config = parseConfig(JSON.stringify({ power: power(folder) }), "test");
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => lines.push(line) });
  const ansible = { directory: folder, inventory: data.inventory, knownHosts: data.knownHosts, home: data.executor };
  let executor: Executor | undefined;
  const start = async () => {
    const { power } = config.machines;
    executor = await startExecutor({ socketPath: data.executorSocket, jobsDir: data.jobs, log, power, ansible });
  };
  await start();
  const stopExecutor = async () => {
    const its = executor;
    executor = undefined;
    await its?.leave();
  };
  t.after(stopExecutor);
  const link = new ExecutorLink(data.executorSocket, pino({ level: "silent" }));
  const remote = new RemotePower((message) => link.send(message), config.machines.power.timeout_seconds);
  link.on(["powered"], (message) => remote.receive(message));
  link.onState((state) => state === "disconnected" && remote.lost());
  link.start();
  t.after(() => link.close());
  while (!link.connected) await sleep(10);
  const board = new Switchboard(config.machines.power, { wake: async ({ macs }) => `sent to ${macs.join()}`, remote });
  return {
    folder,
    log: () => lines.join(""),
    stopExecutor,
    startExecutor: start,
    perform: (name, action) => board.perform(nodeCalled(name), action),
  };
}

export function nodeCalled(name: string, mac = "52:54:00:00:00:01"): Node {
  const now = new Date().toISOString();
  return { id: name, name, macs: [mac], state: { phase: "accepted" }, facts: {}, createdAt: now, updatedAt: now };
}

export function secretFile(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}
