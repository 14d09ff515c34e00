/** Keeps the daemon's processes running: starts each, restarts alone what crashed, stops all in reverse order. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Log } from "../log.ts";

export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** What the supervisor tells control over the IPC channel, so that restarts become events. */
export type SupervisorNews =
  | { type: "child-exited"; name: string; reason: string; restartInMs: number }
  | { type: "child-started"; name: string; pid: number };

interface Child {
  spec: ChildSpec;
  process: ChildProcess | undefined;
  failures: number;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
}

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;
/** A process that lived this long has recovered: its next crash is a first one. */
const STEADY_MS = 30_000;
/** All of them together; the daemon promises to be gone in 3 s. */
const STOP_BUDGET_MS = 2_600;

export class Supervisor {
  readonly #children: Child[];
  readonly #log: Log;
  /** News for control while control itself is away. */
  readonly #unread: SupervisorNews[] = [];
  readonly #reader: string;
  #stopping = false;

  constructor(specs: ChildSpec[], reader: string, log: Log) {
    this.#children = specs.map((spec) => ({ spec, process: undefined, failures: 0, startedAt: 0, timer: undefined }));
    this.#reader = reader;
    this.#log = log;
  }

  start(): void {
    for (const child of this.#children) this.#launch(child);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const deadline = Date.now() + STOP_BUDGET_MS;
    for (const child of this.#children.toReversed()) {
      clearTimeout(child.timer);
      await stopProcess(child.process, deadline);
      this.#log.info({ child: child.spec.name }, "child stopped");
    }
  }

  #launch(child: Child): void {
    const { name, command, args, env } = child.spec;
    const process = spawn(command, args, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.process = process;
    child.startedAt = Date.now();
    process.once("error", (error) => this.#ended(child, process, error.message));
    process.once("exit", (code, signal) => this.#ended(child, process, signal ? `killed by ${signal}` : `exit code ${code}`));
    // A pipe that breaks because the other side died is told by `exit` already.
    process.on("error", () => undefined);
    if (process.pid === undefined) return;
    this.#log.info({ child: name, childPid: process.pid }, "child started");
    this.#tell({ type: "child-started", name, pid: process.pid });
    if (name === this.#reader) for (const news of this.#unread.splice(0)) this.#tell(news);
  }

  #ended(child: Child, process: ChildProcess, reason: string): void {
    if (child.process !== process) return;
    child.process = undefined;
    if (this.#stopping) return;
    child.failures = Date.now() - child.startedAt > STEADY_MS ? 1 : child.failures + 1;
    const restartInMs = Math.min(FIRST_DELAY_MS * 2 ** (child.failures - 1), MAX_DELAY_MS);
    this.#log.warn({ child: child.spec.name, reason, restartInMs }, "child ended; starting it again");
    this.#tell({ type: "child-exited", name: child.spec.name, reason, restartInMs });
    child.timer = setTimeout(() => this.#launch(child), restartInMs);
  }

  #tell(news: SupervisorNews): void {
    const reader = this.#children.find(({ spec }) => spec.name === this.#reader)?.process;
    if (!reader?.connected) {
      this.#unread.push(news);
      return;
    }
    reader.send(news, (error) => {
      if (error) this.#unread.push(news);
    });
  }
}

async function stopProcess(process: ChildProcess | undefined, deadline: number): Promise<void> {
  if (!process || process.exitCode !== null || process.signalCode !== null) return;
  const exited = once(process, "exit");
  process.kill("SIGTERM");
  const timer = setTimeout(() => process.kill("SIGKILL"), Math.max(deadline - Date.now(), 100));
  await exited;
  clearTimeout(timer);
}
