/** The executor's door: a unix socket for control alone. Takes only what the protocol's schema lets through. */

import { once } from "node:events";
import { chmodSync, renameSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type FromExecutor, ToExecutor } from "../contract/executor-protocol.ts";
import { explain } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Power } from "../power/settings.ts";
import type { AnsibleSettings } from "./ansible.ts";
import { PowerDesk } from "./power/desk.ts";
import { first } from "./run-files.ts";
import { Runner } from "./runner.ts";
import { ensureSshKey } from "./ssh-key.ts";

export interface ExecutorOptions {
  socketPath: string;
  jobsDir: string;
  ansible: AnsibleSettings;
  power: Power;
  log: Log;
  graceMs?: number;
  outputLimitBytes?: number;
}

const HEARTBEAT_MS = 2000;
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

export interface Executor {
  /** Ends every run within the grace, and itself. The next executor says that they were interrupted. */
  close(graceMs?: number): Promise<void>;
  /** Ends itself only; the runs go on and are found again. */
  abandon(): Promise<void>;
}

export async function startExecutor({
  socketPath,
  jobsDir,
  ansible,
  power,
  log,
  graceMs = 10_000,
  outputLimitBytes = OUTPUT_LIMIT_BYTES,
}: ExecutorOptions): Promise<Executor> {
  await ensureSshKey(ansible.home);
  const controls = new Set<Socket>();
  const tell = (message: FromExecutor) => {
    for (const control of controls) control.write(`${JSON.stringify(message)}\n`);
  };
  const runner = new Runner({
    jobsDir,
    ansible,
    log,
    graceMs,
    outputLimitBytes,
    onStarted: (run) => tell({ type: "started", ...run }),
    onFinished: (run) => tell({ type: "finished", ...run }),
  });
  runner.start();
  const heartbeat = setInterval(() => tell({ type: "alive", runs: runner.list() }), HEARTBEAT_MS);
  const powerDesk = new PowerDesk(power, log.child({ part: "power" }));

  const server = createServer((control) => {
    controls.add(control);
    control.on("close", () => controls.delete(control));
    control.on("error", (error) => log.warn({ err: error }, "control connection"));
    control.write(`${JSON.stringify({ type: "hello", pid: process.pid, runs: runner.list() } satisfies FromExecutor)}\n`);
    createInterface({ input: control })
      .on("line", (line) => void obey(control, line))
      .on("error", () => undefined); // the connection's own handler has said it
  });

  async function obey(control: Socket, line: string): Promise<void> {
    const message = parse(line);
    if (!message) {
      log.warn("control sent something that is not of the protocol; refused");
      control.destroy();
      return;
    }
    if (message.type === "power") {
      const outcome = await powerDesk.perform(message);
      control.write(`${JSON.stringify({ type: "powered", id: message.id, outcome } satisfies FromExecutor)}\n`);
      return;
    }
    try {
      if (message.type === "run") await runner.run(message);
      else if (message.type === "cancel") runner.cancel(message.jobId);
      else runner.forget(message.jobId, message.attempt);
    } catch (error) {
      const { jobId, attempt } = named(message);
      log.warn({ jobId, reason: explain(error) }, "refused");
      if (attempt !== undefined)
        control.write(`${JSON.stringify({ type: "refused", jobId, attempt, reason: explain(error) } satisfies FromExecutor)}\n`);
    }
  }

  // Under a name of its own first: a closing server removes the name it was given, which must not be its successor's.
  const ownPath = `${socketPath}.${process.pid}`;
  rmSync(ownPath, { force: true });
  server.listen(ownPath);
  await once(server, "listening");
  chmodSync(ownPath, 0o600);
  renameSync(ownPath, socketPath);

  const closeServer = async () => {
    clearInterval(heartbeat);
    powerDesk.close();
    const closed = once(server, "close");
    server.close();
    for (const control of controls) control.destroy();
    await closed;
  };
  return {
    // Control is let go first: it must not hand over a queued job in the place of one that just ended.
    close: async (grace = 1000) => {
      await closeServer();
      await runner.close(grace);
    },
    abandon: async () => {
      runner.abandon();
      await closeServer();
    },
  };
}

/** Only a run can be refused; what cannot be cancelled or forgotten now is asked for again. */
function named(message: Exclude<ToExecutor, { type: "power" }>): { jobId: string; attempt?: number } {
  return message.type === "run" ? first(message.members) : { jobId: message.jobId };
}

function parse(line: string): ToExecutor | undefined {
  try {
    return ToExecutor.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
