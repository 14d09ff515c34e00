/** Keeps the daemon's processes running: starts each, restarts alone what crashed, stops all in reverse order. */
import { type ChildProcess, spawn } from "node:child_process";
import type { SupervisorNews } from "../../admin/process-news.ts";
import { backoff } from "../../errors/backoff.ts";
import type { Log } from "../../log/log.ts";

export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Descriptors of this process that it gets, from `FIRST_SOCKET` on. They stay open here, so that its successor gets them too. */
  sockets?: readonly number[];
}

/** After the three of every process and the IPC channel. */
export const FIRST_SOCKET = 4;

/** What control answers to each piece of news: until then it may have died with it. */
export interface NewsTaken {
  type: "news-taken";
}

/** Who takes what goes over the IPC channels besides news. */
export interface Post {
  /** One of the processes said something. */
  heard(message: object): void;
  /** The reader was started anew and knows nothing. */
  newReader(send: (message: object) => Promise<boolean>): void;
}

export interface Patience {
  firstDelayMs: number;
  maxDelayMs: number;
  /** A process that lived this long has recovered: its next crash is a first one. */
  steadyMs: number;
  /** For stopping all of them together; the daemon promises to be gone in 3 s. */
  stopBudgetMs: number;
}

const patience: Patience = { firstDelayMs: 250, maxDelayMs: 10_000, steadyMs: 30_000, stopBudgetMs: 2_600 };

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
  readonly #patience: Patience;
  /** What the reader has not taken yet, oldest first. */
  #unread: SupervisorNews[] = [];
  readonly #reader: string;
  readonly #post: Post | undefined;
  #stopping = false;

  constructor(specs: ChildSpec[], reader: string, log: Log, ownPatience: Partial<Patience> = {}, post?: Post) {
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
    const deadline = Date.now() + this.#patience.stopBudgetMs;
    for (const child of this.#children) clearTimeout(child.timer);
    for (const child of this.#children.toReversed()) {
      await stopProcess(child.process, deadline);
      this.#log.info({ child: child.spec.name }, "child stopped");
    }
  }

  #launch(child: Child): void {
    const { name, command, args, env, sockets = [] } = child.spec;
    const process = spawn(command, args, { env, stdio: ["ignore", "inherit", "inherit", "ipc", ...sockets] });
    child.process = process;
    child.startedAt = Date.now();
    process.once("exit", (code, signal) => this.#ended(child, process, signal ? `killed by ${signal}` : `exit code ${code}`));
    // With a pid it is a pipe that broke because the other side died, which `exit` tells.
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
    const { firstDelayMs, maxDelayMs, steadyMs } = this.#patience;
    child.failures = Date.now() - child.startedAt > steadyMs ? 1 : child.failures + 1;
    const restartInMs = backoff({ first: firstDelayMs, most: maxDelayMs }, child.failures);
    this.#log.warn({ child: child.spec.name, reason, restartInMs }, "child ended; starting it again");
    this.#tell({ type: "child-exited", name: child.spec.name, reason, restartInMs });
    child.timer = setTimeout(() => this.#launch(child), restartInMs);
  }

  /** A new reader knows nothing: it is told what it missed and then what runs. */
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

/** One that cannot be reached is dead or dying: its successor is told. */
const delivered = (reader: ChildProcess, message: object) =>
  new Promise<boolean>((resolve) => {
    if (reader.connected) reader.send(message, (error) => resolve(error === null));
    else resolve(false);
  });

async function stopProcess(process: ChildProcess | undefined, deadline: number): Promise<void> {
  if (process?.pid === undefined || process.exitCode !== null || process.signalCode !== null) return;
  const exited = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGTERM");
  const timer = setTimeout(() => process.kill("SIGKILL"), Math.max(deadline - Date.now(), 100));
  await exited;
  clearTimeout(timer);
}
