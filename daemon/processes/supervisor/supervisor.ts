/**
 * Starts the daemon's processes and keeps them running. Restarts only the process that crashed. Stops all
 * processes in reverse order.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { SupervisorNews } from "../../admin/process-news.ts";
import { backoff } from "../../errors/backoff.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Log } from "../../log/log.ts";

export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /**
   * Descriptors of this process that the child inherits, beginning with `FIRST_SOCKET`. The descriptors stay
   * open, so that a restarted child inherits them again.
   */
  sockets?: readonly number[];
  /** The milliseconds that this child may take in addition to the time for all processes together. */
  drainMs?: number;
}

/** The first descriptor after the three standard streams and the IPC channel. */
export const FIRST_SOCKET = 4;

/**
 * Control's acknowledgement of one piece of news. Without an acknowledgement, the supervisor sends the news again,
 * because the control process may have crashed.
 */
export interface NewsTaken {
  type: "news-taken";
}

/** Handles every message on the IPC channels except news and its acknowledgements. */
export interface Post {
  /** Handles a message that a process has sent. */
  heard(message: object): void;
  /**
   * Sends the state to the process that reads the news, when that process has started again. `send` resolves to false
   * if the message could not be sent.
   */
  newReader(send: (message: object) => Promise<boolean>): void;
}

export interface StopPatience {
  firstDelayMs: number;
  maxDelayMs: number;
  /** The milliseconds after which a process counts as stable. The next crash of a stable process counts as its first crash. */
  steadyMs: number;
  /** The milliseconds in which all processes together must stop. Without a drain, the daemon must exit within 3 s. */
  stopBudgetMs: number;
}

const patience: StopPatience = { firstDelayMs: 250, maxDelayMs: 10_000, steadyMs: 30_000, stopBudgetMs: 2_600 };

interface Child {
  spec: ChildSpec;
  process: ChildProcess | undefined;
  failures: number;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
}

export class Supervisor {
  readonly #children: Child[];
  readonly #log: Log;
  readonly #patience: StopPatience;
  /** The news that its reader (the control process) has not acknowledged, with the oldest first. */
  #unread: SupervisorNews[] = [];
  readonly #reader: string;
  readonly #post: Post | undefined;
  #stopping = false;

  constructor(specs: ChildSpec[], reader: string, log: Log, ownPatience: Partial<StopPatience> = {}, post?: Post) {
    this.#children = specs.map((spec) => ({ spec, process: undefined, failures: 0, startedAt: 0, timer: undefined }));
    this.#reader = reader;
    this.#log = log;
    this.#post = post;
    this.#patience = { ...patience, ...ownPatience };
  }

  start(): void {
    for (const child of this.#children) this.#launch(child);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    let deadline = steadyMs() + this.#patience.stopBudgetMs;
    for (const child of this.#children) clearTimeout(child.timer);
    for (const child of this.#children.toReversed()) {
      const { drainMs = 0 } = child.spec;
      const since = steadyMs();
      await stopProcess(child.process, deadline + drainMs);
      deadline += Math.min(steadyMs() - since, drainMs);
      this.#log.info({ child: child.spec.name }, "child stopped");
    }
  }

  #launch(child: Child): void {
    const { name, command, args, env, sockets = [] } = child.spec;
    const process = spawn(command, args, { env, stdio: ["ignore", "inherit", "inherit", "ipc", ...sockets] });
    child.process = process;
    child.startedAt = steadyMs();
    process.once("exit", (code, signal) => this.#ended(child, process, signal ? `killed by ${signal}` : `exit code ${code}`));
    // A process with a pid had started. Therefore the error is only a broken pipe to the dead process. The `exit`
    // event reports the end of the process.
    process.on("error", (error) => {
      if (process.pid === undefined) this.#ended(child, process, error.message);
    });
    if (process.pid === undefined) return;
    this.#log.info({ child: name, childPid: process.pid }, "child started");
    process.on("message", (message: NewsTaken | { type?: unknown }) => {
      if (message.type !== "news-taken") this.#post?.heard(message);
      else if (name === this.#reader && child.process === process) this.#unread.shift();
    });
    if (name === this.#reader) {
      this.#brief(process);
      this.#post?.newReader((message) => delivered(process, message));
    } else this.#tell({ type: "child-started", name, pid: process.pid });
  }

  #ended(child: Child, process: ChildProcess, reason: string): void {
    if (child.process !== process) return;
    child.process = undefined;
    if (this.#stopping) return;
    const { firstDelayMs, maxDelayMs, steadyMs: stableMs } = this.#patience;
    child.failures = steadyMs() - child.startedAt > stableMs ? 1 : child.failures + 1;
    const restartInMs = backoff({ first: firstDelayMs, most: maxDelayMs }, child.failures);
    this.#log.warn({ child: child.spec.name, reason, restartInMs }, "child ended, starting it again");
    this.#tell({ type: "child-exited", name: child.spec.name, reason, restartInMs });
    child.timer = setTimeout(() => this.#launch(child), restartInMs);
  }

  /** Reports to a new reader which processes exited before its start, and then which processes are running. */
  #brief(reader: ChildProcess): void {
    const missed = this.#unread.filter(({ type }) => type === "child-exited");
    const running = this.#children.flatMap(({ spec, process }): SupervisorNews[] =>
      process?.pid === undefined ? [] : [{ type: "child-started", name: spec.name, pid: process.pid }],
    );
    this.#unread = [...missed, ...running];
    for (const news of this.#unread) void delivered(reader, news);
  }

  #tell(news: SupervisorNews): void {
    this.#unread.push(news);
    const reader = this.#children.find(({ spec }) => spec.name === this.#reader)?.process;
    if (reader) void delivered(reader, news);
  }
}

/**
 * Sends a message. Resolves to false if the receiving process has ended or is ending. A new process then receives the
 * news again.
 */
const delivered = (reader: ChildProcess, message: object) =>
  new Promise<boolean>((resolve) => {
    if (reader.connected) reader.send(message, (error) => resolve(error === null));
    else resolve(false);
  });

async function stopProcess(process: ChildProcess | undefined, deadline: number): Promise<void> {
  if (process?.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
  const exited = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGTERM");
  const timer = setTimeout(() => process.kill("SIGKILL"), Math.max(deadline - steadyMs(), 100));
  await exited;
  clearTimeout(timer);
}
