/**
 * A child process that outlives the executor. Its files describe it, so the next executor finds it again and learns its true
 * end. Runs of jobs, steps of plans and power programs are lasting processes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { type End, endIn, pathsOf, SEAL, stopReasonIn } from "./lasting-files.ts";
import { kill, processesWith } from "./marked-processes.ts";
import { isAlive, isLeaderAlive, type ProcessGroup, readGroup, signalGroup } from "./process-group.ts";
import { type StopPolicy, terminate } from "./termination.ts";

export interface Place {
  /** The identity, the result and the stop reason are files with this path and an ending of their own. */
  base: string;
  output: string;
  /** Gets standard error. Without it, `output` gets both. */
  errors?: string;
}

export interface Kind {
  /** Name and value of an environment variable that all its processes have, and no other process. */
  mark(base: string): readonly [name: string, value: string];
  /**
   * `group`: at work while any process of its group is.
   * `command`: it ends with its command. Processes that the command left behind are then killed.
   */
  endsWith: "group" | "command";
}

export interface Command {
  argv: readonly string[];
  /** The whole environment. Nothing of the executor's own is added. */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Of each output file. Its beginning and its end are kept. */
  capBytes: number;
  niceness: number;
}

export interface Patience {
  /** When it is aborted, the process is stopped. Its reason is the stop reason. */
  signal: AbortSignal;
  /** In ms of Unix time. Then the process is stopped as `timed-out`. */
  deadline?: number;
  policy: StopPolicy;
  /** When it is aborted, another executor follows the process: `ended` rejects, and the process stays at work. */
  abandoned?: AbortSignal;
  /** For example a full disk. The process stays at work, and the next attempt follows soon. */
  onTrouble(error: unknown): void;
}

const wrapper = join(import.meta.dirname, "run.sh");
/** The wrapper saves its identity as its first act. */
const START_MS = 10_000;
const POLL_MS = 50;
/** A process in the kernel's hands may outlive SIGKILL for this long. */
const GONE_MS = 2000;

export class LastingProcess {
  readonly #place: Place;
  readonly #kind: Kind;
  readonly #mark: readonly [name: string, value: string];
  readonly #since = Date.now();

  /** Does nothing yet. Call `begin` for a new process, and everything else also for one that another executor began. */
  constructor(place: Place, kind: Kind) {
    this.#place = place;
    this.#kind = kind;
    this.#mark = kind.mark(place.base);
  }

  /** Resolves with its pid. Rejects when the system cannot start it, for example without its folder. */
  async begin({ argv, env, cwd, capBytes, niceness }: Command): Promise<number> {
    const { base, output, errors = "" } = this.#place;
    const child = spawn("/bin/sh", [wrapper, base, output, errors, String(capBytes), String(niceness), ...argv], {
      cwd,
      env: { ...env, [this.#mark[0]]: this.#mark[1] },
      detached: true,
      stdio: "ignore",
    });
    child.unref();
    await once(child, "spawn");
    return child.pid as number;
  }

  /** Reads its files once. Undefined while it is, or may still be, at work. */
  look(): End | undefined {
    const { pid, result, stopped } = pathsOf(this.#place.base);
    // Before the identity: a wrapper that saves its identity later finds this file and does not begin.
    const sealed = existsSync(stopped);
    const group = readGroup(pid);
    if (group ? this.#isAtWork(group) : this.#isBeginning()) return undefined;
    const end = endIn(result);
    if (end) return end;
    if (!sealed) {
      writeFileAtomic.sync(stopped, SEAL, { fsync: true });
      return undefined;
    }
    return { how: existsSync(pid) ? "lost" : "never-begun" };
  }

  get stopReason(): string | undefined {
    return stopReasonIn(pathsOf(this.#place.base).stopped);
  }

  /** Saves the reason, then stops it. The first reason stays. Resolves to false when it outlived SIGKILL. */
  async stop(reason: string, policy: StopPolicy): Promise<boolean> {
    const { pid, command, stopped } = pathsOf(this.#place.base);
    if (this.stopReason === undefined) await writeFileAtomic(stopped, reason, { fsync: true });
    let group = readGroup(pid);
    for (; !group && this.#isBeginning(); group = readGroup(pid)) await sleep(POLL_MS);
    if (!group) return true;
    const its = group;
    return terminate(its, policy, { commandFile: command, hasEnded: () => !this.#isAtWork(its) });
  }

  /** Kills what is left of it, wherever it went. Returns what it found. */
  sweep(): number[] {
    const group = readGroup(pathsOf(this.#place.base).pid);
    if (group && isAlive(group)) signalGroup(group, "SIGKILL");
    const left = this.#marked();
    for (const pid of left) kill(pid);
    return left;
  }

  /** Waits for its end. Nothing of it is left then, except processes that cannot be killed: `survivors`. */
  async ended({
    signal,
    deadline = Number.POSITIVE_INFINITY,
    policy,
    abandoned,
    onTrouble,
  }: Patience): Promise<End & { survivors: number[] }> {
    for (let stopped = false; ; await sleep(POLL_MS, undefined, abandoned && { signal: abandoned })) {
      try {
        const end = this.look();
        if (end) return { ...end, survivors: await this.#sweepAll() };
        const reason = this.stopReason ?? reasonNow(signal, deadline);
        if (reason === undefined || stopped) continue;
        stopped = await this.stop(reason, policy);
        if (!stopped) return { how: "lost", survivors: this.sweep() };
      } catch (error) {
        onTrouble(error);
      }
    }
  }

  /** Removes its files, except its output. */
  forget(): void {
    for (const file of Object.values(pathsOf(this.#place.base))) for (const name of [file, `${file}.part`]) rmSync(name, { force: true });
  }

  async #sweepAll(): Promise<number[]> {
    for (const deadline = Date.now() + GONE_MS; ; await sleep(POLL_MS)) {
      const left = this.sweep();
      if (left.length === 0 || Date.now() > deadline) return left;
    }
  }

  #isAtWork(group: ProcessGroup): boolean {
    const { result } = pathsOf(this.#place.base);
    return this.#kind.endsWith === "command" && existsSync(result) ? isLeaderAlive(group) : isAlive(group);
  }

  /** Its wrapper exists, but has not saved its identity yet. */
  #isBeginning(): boolean {
    return Date.now() < this.#since + START_MS && this.#marked().length > 0;
  }

  #marked(): number[] {
    return processesWith(this.#mark.join("="));
  }
}

function reasonNow(signal: AbortSignal, deadline: number): string | undefined {
  if (signal.aborted) return typeof signal.reason === "string" ? signal.reason : "cancelled";
  return Date.now() >= deadline ? "timed-out" : undefined;
}
