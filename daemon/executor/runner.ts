/**
 * Starts runs, finds those of an earlier executor again, stops them. A run's files tell its story, this class only
 * reads on: nothing about a run is known here and nowhere else.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import writeFileAtomic from "write-file-atomic";
import type { Outcome, RunRequest } from "../contract/executor-protocol.ts";
import { explain } from "../errors.ts";
import type { Log } from "../log.ts";
import { type AnsibleSettings, ansibleCommand, ansibleEnvironment, controlSockets, EVENTS_VARIABLE } from "./ansible.ts";
import { isAlive, kill, processesWith, readGroup, terminate } from "./process-group.ts";
import { forgetRun, outputTail, type RunFiles, type RunRecord, recapFrom, recordedRuns, runFiles } from "./run-files.ts";

export interface RunnerOptions {
  jobsDir: string;
  ansible: AnsibleSettings;
  log: Log;
  /** How long a run may take to end by itself once it was told to. */
  graceMs: number;
  /** How much of a job's output is kept: its beginning and its end. */
  outputLimitBytes: number;
  onStarted(run: { jobId: string; attempt: number; pid: number; at: string }): void;
  onFinished(run: { jobId: string; attempt: number; outcome: Outcome }): void;
}

type StopReason = "cancelled" | "timed-out" | "interrupted";

/** Not a reason but a seal: nothing was there, and what comes late must not begin. */
const SEAL = "never begun";
/** A shell's word for "killed by a signal": 128 and its number. */
const KILLED = 128;
const ERROR_CHARACTERS = 3000;

interface Run {
  record: RunRecord;
  files: RunFiles;
  outcome?: Outcome;
  stopping?: Promise<unknown>;
}

const POLL_MS = 200;
/** The wrapper writes its pid as its first act. */
const START_MS = 10_000;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, Run>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier executor left. */
  start(): void {
    const { jobsDir, ansible } = this.#options;
    for (const folder of [join(ansible.home, "tmp"), controlSockets(ansible.home)]) mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const record of recordedRuns(jobsDir)) {
      const { jobId, attempt } = record.request;
      const run: Run = { record, files: runFiles(jobsDir, jobId, attempt) };
      this.#runs.set(jobId, run);
      const reason = stopReason(run.files);
      // The earlier executor died before it was done with that.
      if (reason) void this.#stop(run, reason, this.#options.graceMs);
    }
    this.#look();
    this.#timer = setInterval(() => this.#look(), POLL_MS);
  }

  list(): { jobId: string; attempt: number; outcome?: Outcome }[] {
    return [...this.#runs.values()].map(({ record: { request }, outcome }) => ({
      jobId: request.jobId,
      attempt: request.attempt,
      ...(outcome && { outcome }),
    }));
  }

  /** A run that is there already is not started again, whoever asks. Throws with the reason when it cannot be. */
  async run(request: RunRequest): Promise<void> {
    const known = this.#runs.get(request.jobId);
    if (known && !known.outcome) {
      if (known.record.request.attempt === request.attempt) return;
      throw new Error(`attempt ${known.record.request.attempt} of this job is still running`);
    }
    for (const run of this.#runs.values()) {
      const shared = run.outcome ? undefined : run.record.request.limit.find((name) => request.limit.includes(name));
      if (shared !== undefined && run !== known) throw new Error(`job ${run.record.request.jobId} is at work on ${shared}`);
    }
    const files = runFiles(this.#options.jobsDir, request.jobId, request.attempt);
    const record: RunRecord = { request, acceptedAt: new Date().toISOString() };
    await writeFileAtomic(files.record, JSON.stringify(record), { fsync: true });
    if (this.#closed) return forgetRun(files);
    const run: Run = { record, files };
    this.#runs.set(request.jobId, run);
    this.#spawn(run);
  }

  cancel(jobId: string): void {
    const run = this.#runs.get(jobId);
    if (run && !run.outcome) void this.#stop(run, "cancelled", this.#options.graceMs);
  }

  forget(jobId: string, attempt: number): void {
    const run = this.#runs.get(jobId);
    if (!run?.outcome || run.record.request.attempt !== attempt) return;
    forgetRun(run.files);
    this.#runs.delete(jobId);
  }

  /** Ends everything, for a stop of the daemon: what runs is told, then made, to end. The next executor tells what became of it. */
  async close(graceMs: number): Promise<void> {
    this.abandon();
    const live = [...this.#runs.values()].filter((run) => !run.outcome);
    await Promise.all(
      live.map((run) =>
        // One that is being cancelled has a longer grace than there is time now.
        run.stopping ? this.#end(run, graceMs) : this.#stop(run, "interrupted", graceMs),
      ),
    );
  }

  /** Lets go without touching anything: the next executor finds the runs. */
  abandon(): void {
    this.#closed = true;
    clearInterval(this.#timer);
  }

  #spawn(run: Run): void {
    const { ansible, log, outputLimitBytes } = this.#options;
    const { request } = run.record;
    const { command, args } = ansibleCommand(request, ansible);
    const wrapper = join(import.meta.dirname, "run.sh");
    const { pid, result, stopped, output } = run.files;
    const child = spawn("/bin/sh", [wrapper, pid, result, stopped, output, String(outputLimitBytes), command, ...args], {
      cwd: ansible.directory,
      env: ansibleEnvironment(ansible, run.files.events, connectionsOf(run)),
      detached: true,
      stdio: "ignore",
    });
    child.once("error", (error) =>
      this.#finish(run, { ended: "not-started", exitCode: null, error: explain(error), endedAt: new Date().toISOString() }),
    );
    child.unref();
    if (child.pid === undefined) return;
    log.info({ jobId: request.jobId, attempt: request.attempt, runPid: child.pid, limit: request.limit }, "run started");
    this.#options.onStarted({ jobId: request.jobId, attempt: request.attempt, pid: child.pid, at: run.record.acceptedAt });
  }

  #look(): void {
    for (const run of this.#runs.values()) {
      if (run.outcome) continue;
      const outcome = this.#outcomeOf(run);
      if (outcome) this.#finish(run, outcome);
      else if (Date.now() > Date.parse(run.record.acceptedAt) + run.record.request.deadlineSeconds * 1000)
        void this.#stop(run, "timed-out", this.#options.graceMs);
    }
  }

  #outcomeOf({ record, files }: Run): Outcome | undefined {
    const group = readGroup(files.pid);
    // Something a command left behind in its group is part of the run until it is gone.
    if (group !== undefined && isAlive(group)) return undefined;
    if (!group && Date.now() < Date.parse(record.acceptedAt) + START_MS) return undefined;
    const exitCode = existsSync(files.result) ? Number(readFileSync(files.result, "utf8")) : null;
    // A run that was stopped, by us or by a signal, has ended when nothing of it is left, wherever it went.
    const stopped = stopReason(files) !== undefined || exitCode === null || exitCode > KILLED;
    if (stopped && !this.#isGone(files)) return undefined;
    const recap = recapFrom(files.events);
    const ended = howEnded(exitCode, stopReason(files));
    const endedAt = existsSync(files.result) ? statSync(files.result).mtime : new Date();
    return {
      ended,
      exitCode,
      ...(recap && { recap }),
      ...(ended !== "exited" || exitCode !== 0 ? { error: outputTail(files, ERROR_CHARACTERS) } : {}),
      startedAt: record.acceptedAt,
      endedAt: endedAt.toISOString(),
    };
  }

  /** Makes sure that a run that was killed can neither begin late nor go on somewhere: it may be started again after this. */
  #isGone(files: RunFiles): boolean {
    if (!existsSync(files.stopped)) {
      writeFileAtomic.sync(files.stopped, SEAL, { fsync: true });
      return false; // its wrapper may just have written its file: the next look tells
    }
    const left = processesWith(marker(files));
    for (const pid of left) kill(pid);
    return left.length === 0;
  }

  #finish(run: Run, outcome: Outcome): void {
    run.outcome = outcome;
    const { jobId, attempt } = run.record.request;
    this.#options.log.info({ jobId, attempt, ended: outcome.ended, exitCode: outcome.exitCode }, "run ended");
    this.#options.onFinished({ jobId, attempt, outcome });
    void this.#closeConnections(run);
  }

  #stop(run: Run, reason: StopReason, graceMs: number): Promise<unknown> {
    run.stopping ??= (async () => {
      await writeFileAtomic(run.files.stopped, reason, { fsync: true });
      await this.#end(run, graceMs);
    })().catch((error: unknown) => this.#options.log.error({ err: error }, "a run could not be stopped"));
    return run.stopping;
  }

  async #end(run: Run, graceMs: number): Promise<void> {
    const group = await this.#awaitGroup(run);
    const gone = group === undefined || (await terminate(group, graceMs));
    await this.#closeConnections(run);
    for (const pid of processesWith(marker(run.files))) kill(pid);
    if (!gone) this.#options.log.error({ jobId: run.record.request.jobId }, "a run survived SIGKILL");
  }

  /** It may have been told to stop before its wrapper said who it is. */
  async #awaitGroup({ files }: Run) {
    for (let waited = 0; waited < 1000; waited += 50) {
      const group = readGroup(files.pid);
      if (group) return group;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return undefined;
  }

  /** ssh keeps a connection for the next task, in a process of a session of its own: it is told to go with its run. */
  async #closeConnections(run: Run): Promise<void> {
    const folder = controlSockets(this.#options.ansible.home);
    const own = readdirSync(folder).filter((name) => name.startsWith(`${connectionsOf(run)}-`));
    await Promise.all(
      own.map((name) =>
        execa("ssh", ["-o", `ControlPath=${join(folder, name)}`, "-O", "exit", "node"], { reject: false, timeout: 1000, stdio: "ignore" }),
      ),
    );
  }
}

/** Short, because a socket's path may have 107 bytes. */
const connectionsOf = ({ record: { request } }: Run): string =>
  createHash("sha256").update(`${request.jobId} ${request.attempt}`).digest("hex").slice(0, 8);

function stopReason({ stopped }: RunFiles): StopReason | undefined {
  const reason = existsSync(stopped) ? readFileSync(stopped, "utf8").trim() : SEAL;
  return reason === SEAL ? undefined : (reason as StopReason);
}

/** Pure. */
function howEnded(exitCode: number | null, stopped: StopReason | undefined): Outcome["ended"] {
  // It was through before the signal came: running it again would be running it twice.
  if (stopped === "interrupted" && exitCode === 0) return "exited";
  if (stopped) return stopped;
  if (exitCode === null) return "lost";
  return exitCode === 127 || exitCode === 126 ? "not-started" : "exited";
}

/** In the environment of every process of a run. */
const marker = ({ events }: RunFiles): string => `${EVENTS_VARIABLE}=${events}`;
