/**
 * A child process that outlives the executor. The next executor finds the process by its files and learns how it ended. Jobs,
 * steps of plans and power programs run as long-running processes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import writeFileAtomic from "write-file-atomic";
import { steadyMs } from "../errors/steady-clock.ts";
import { type End, endIn, pathsOf, SEAL, stopReasonIn } from "./lasting-files.ts";
import { kill, processesWith } from "./marked-processes.ts";
import { isAlive, isLeaderAlive, KILLED_MS, type ProcessGroup, readGroup, signalGroup } from "./process-group.ts";
import { type StopPolicy, terminate } from "./termination.ts";

export interface ProcessPlace {
  /**
   * The path of the process's files, without an ending. Files with this path and different endings contain the identity, the
   * result and the stop reason.
   */
  base: string;
  output: string;
  /** The path of the file for standard error. If this path is absent, standard error is written to `output`. */
  errors?: string;
}

export interface Kind {
  /** Returns the name and value of an environment variable that only the processes of this command have. */
  mark(base: string): readonly [name: string, value: string];
  /**
   * With `group`, the process counts as ended when its whole process group has ended. With `command`, the process counts as
   * ended when its command has ended. The executor then kills the processes that the command left behind.
   */
  endsWith: "group" | "command";
}

export interface Command {
  argv: readonly string[];
  /** The whole environment of the command. The executor adds no variables of its own environment. */
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** The largest size of each output file in bytes. The beginning and the end of the output are kept. */
  capBytes: number;
  niceness: number;
}

export interface Patience {
  /** When this `AbortSignal` is aborted, the executor stops the process. The signal's reason becomes the stop reason. */
  signal: AbortSignal;
  /** At this time of the steady clock (in ms), the executor stops the process with the reason `timed-out`. */
  deadline?: number;
  policy: StopPolicy;
  /** When this `AbortSignal` is aborted, another executor takes over: `ended` rejects, and the process continues. */
  abandoned?: AbortSignal;
  /** Called with an error, for example on a full disk. The process continues, and the executor soon tries again. */
  onTrouble(error: unknown): void;
}

const wrapper = join(import.meta.dirname, "run.sh");
/** A new wrapper script must save its identity within this number of milliseconds. */
const START_MS = 10_000;
const POLL_MS = 50;

export class LastingProcess {
  readonly #place: ProcessPlace;
  readonly #kind: Kind;
  readonly #mark: readonly [name: string, value: string];
  readonly #since = steadyMs();

  /**
   * Describes a process but does not start it. `begin` starts a new process. All other methods also work for a process that
   * an earlier executor started.
   */
  constructor(place: ProcessPlace, kind: Kind) {
    this.#place = place;
    this.#kind = kind;
    this.#mark = kind.mark(place.base);
  }

  /** Starts the process and returns its pid. The promise rejects if the start fails, for example because a folder is missing. */
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

  /** Reads the files of the process once. Returns undefined if the process is running or may be running. */
  look(): End | undefined {
    const { pid, result, stopped } = pathsOf(this.#place.base);
    // Checks for the stop file before the identity of the process. If a wrapper saves its identity later, it finds the stop
    // file and does not start the command.
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

  /**
   * Saves the reason and then stops the process. A later reason never replaces the first reason. Returns false if the process
   * survived SIGKILL.
   */
  async stop(reason: string, policy: StopPolicy): Promise<boolean> {
    const { pid, command, stopped } = pathsOf(this.#place.base);
    if (this.stopReason === undefined) await writeFileAtomic(stopped, reason, { fsync: true });
    let group = readGroup(pid);
    for (; !group && this.#isBeginning(); group = readGroup(pid)) await sleep(POLL_MS);
    if (!group) return true;
    const its = group;
    return terminate(its, policy, { commandFile: command, hasEnded: () => !this.#isAtWork(its) });
  }

  /** Kills all remaining processes of the command, including processes that left the group. Returns the pids of the processes. */
  sweep(): number[] {
    const group = readGroup(pathsOf(this.#place.base).pid);
    if (group && isAlive(group)) signalGroup(group, "SIGKILL");
    const left = this.#marked();
    for (const pid of left) kill(pid);
    return left;
  }

  /**
   * Waits for the end of the process and kills all remaining processes of the command. `survivors` are processes that could
   * not be killed.
   */
  async ended({
    signal,
    deadline = Number.POSITIVE_INFINITY,
    policy,
    abandoned,
    onTrouble,
  }: Patience): Promise<End & { survivors: number[] }> {
    for (let stopped = false; ; await sleep(POLL_MS, undefined, abandoned && { signal: abandoned })) {
      abandoned?.throwIfAborted();
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

  /** Deletes the files of the process, except its output. */
  forget(): void {
    for (const file of Object.values(pathsOf(this.#place.base))) for (const name of [file, `${file}.part`]) rmSync(name, { force: true });
  }

  async #sweepAll(): Promise<number[]> {
    for (const deadline = steadyMs() + KILLED_MS; ; await sleep(POLL_MS)) {
      const left = this.sweep();
      if (left.length === 0 || steadyMs() > deadline) return left;
    }
  }

  #isAtWork(group: ProcessGroup): boolean {
    const { result } = pathsOf(this.#place.base);
    return this.#kind.endsWith === "command" && existsSync(result) ? isLeaderAlive(group) : isAlive(group);
  }

  /** Returns true if the wrapper is running but has not saved its identity yet. */
  #isBeginning(): boolean {
    return steadyMs() < this.#since + START_MS && this.#marked().length > 0;
  }

  #marked(): number[] {
    return processesWith(this.#mark.join("="));
  }
}

function reasonNow(signal: AbortSignal, deadline: number): string | undefined {
  if (signal.aborted) return typeof signal.reason === "string" ? signal.reason : "cancelled";
  return steadyMs() >= deadline ? "timed-out" : undefined;
}
