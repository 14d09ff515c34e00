/**
 * Starts runs, finds those of an earlier executor again, stops them. A run's files tell its story, this class only
 * reads on: nothing about a run is known here and nowhere else.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Outcome, RunMember, RunRequest } from "../../contract/executor-protocol.ts";
import { explain } from "../../errors/errors.ts";
import type { Log } from "../../log/log.ts";
import { isAlive, kill, processesWith, readGroup, terminate } from "../process-group.ts";
import { type AnsibleSettings, ansibleCommand, ansibleEnvironment, controlSockets, EVENTS_VARIABLE } from "./ansible.ts";
import { endedHosts, recapFrom } from "./recap.ts";
import { closeConnections, connectionsOf } from "./run-connections.ts";
import { howEnded, SEAL, type StopReason, stopReason, wasStopped } from "./run-end.ts";
import { first, forgetRun, outputTail, type RunFiles, type RunRecord, recordedRuns, runFiles } from "./run-files.ts";
import { cancelNode, describeWave, isWave, onlyCancelledLeft, tellMembers } from "./wave.ts";

export interface RunnerOptions {
  jobsDir: string;
  ansible: AnsibleSettings;
  log: Log;
  /** How long a run may take to end by itself once it was told to. */
  graceMs: number;
  /** How much of a job's output is kept: its beginning and its end. */
  outputLimitBytes: number;
  /** A run is called by its first member's job and attempt. */
  onStarted(run: { jobId: string; attempt: number; pid: number; at: string }): void;
  onFinished(run: { jobId: string; attempt: number; outcome: Outcome }): void;
}

const ERROR_CHARACTERS = 3000;

interface Run {
  record: RunRecord;
  files: RunFiles;
  outcome?: Outcome;
  stopping?: Promise<unknown> | undefined;
  /** What went wrong in looking after it the last time, which is said once. */
  trouble?: string | undefined;
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
    for (const record of recordedRuns(jobsDir, this.#options.log)) {
      const run: Run = { record, files: runFiles(jobsDir, record.request) };
      this.#runs.set(nameOf(record.request), run);
      const reason = stopReason(run.files);
      // The earlier executor died before it was done with that.
      if (reason) void this.#stop(run, reason, this.#options.graceMs);
    }
    this.#lookAtAll();
    this.#timer = setInterval(() => this.#lookAtAll(), POLL_MS);
  }

  list(): { jobId: string; attempt: number; outcome?: Outcome }[] {
    return [...this.#runs.values()].map(({ record, outcome }) => ({ ...callName(record.request), ...(outcome && { outcome }) }));
  }

  isAtWork(node: string): boolean {
    return [...this.#runs.values()].some(
      ({ record, outcome }) => !outcome && record.request.members.some((member) => member.node === node),
    );
  }

  /** A run that is there already is not started again, whoever asks. Throws with the reason when it cannot be. */
  async run(request: RunRequest): Promise<void> {
    if (this.#runs.has(nameOf(request))) return;
    for (const { record, outcome, files } of this.#runs.values()) {
      const shared = outcome
        ? undefined
        : sharedNode(record.request, request, isWave(record.request) ? endedHosts(files.events) : new Set());
      if (shared !== undefined) throw new Error(`job ${shared.jobId} is at work on ${shared.node}`);
    }
    const files = runFiles(this.#options.jobsDir, request);
    const record: RunRecord = { request, acceptedAt: new Date().toISOString() };
    const run: Run = { record, files };
    // Taken from here on: a second request for one of its nodes may come while its file is being written.
    this.#runs.set(nameOf(request), run);
    try {
      if (isWave(request)) await describeWave(request, files, this.#options);
      await writeFileAtomic(files.record, JSON.stringify(record), { fsync: true });
    } catch (error) {
      this.#runs.delete(nameOf(request));
      throw error;
    }
    if (this.#closed) return forgetRun(files);
    this.#spawn(run);
  }

  cancel(jobId: string): void {
    for (const run of this.#runs.values()) {
      const { request } = run.record;
      const member = request.members.find((each) => each.jobId === jobId);
      if (!member || run.outcome) continue;
      if (isWave(request)) cancelNode(run.files, member.node);
      if (!isWave(request) || onlyCancelledLeft(request, run.files)) void this.#stop(run, "cancelled", this.#options.graceMs);
    }
  }

  /** Ends a run that nobody waits for. */
  disown(jobId: string, attempt: number): void {
    const run = this.#runs.get(`${jobId}/${attempt}`);
    if (run && !run.outcome) void this.#stop(run, "cancelled", this.#options.graceMs);
  }

  forget(jobId: string, attempt: number): void {
    const run = this.#runs.get(`${jobId}/${attempt}`);
    if (!run?.outcome) return;
    forgetRun(run.files);
    this.#runs.delete(`${jobId}/${attempt}`);
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
      env: ansibleEnvironment(
        ansible,
        { events: run.files.events, ...(isWave(request) && { wave: run.files.wave }) },
        connectionsOf(nameOf(request)),
      ),
      detached: true,
      stdio: "ignore",
    });
    child.once("error", (error) =>
      this.#finish(run, { ended: "not-started", exitCode: null, error: explain(error), endedAt: new Date().toISOString() }),
    );
    child.unref();
    if (child.pid === undefined) return;
    log.info({ ...callName(request), runPid: child.pid, nodes: request.members.map(({ node }) => node) }, "run started");
    this.#options.onStarted({ ...callName(request), pid: child.pid, at: run.record.acceptedAt });
  }

  #lookAtAll(): void {
    for (const run of this.#runs.values()) {
      if (run.outcome) continue;
      try {
        this.#look(run);
      } catch (error) {
        // A full disk passes, and the next look is soon.
        this.#tellOnce(run, error, "a run cannot be looked after");
      }
    }
  }

  #look(run: Run): void {
    const outcome = this.#outcomeOf(run);
    if (outcome) this.#finish(run, outcome);
    else if (Date.now() > Date.parse(run.record.acceptedAt) + run.record.request.deadlineSeconds * 1000)
      void this.#stop(run, "timed-out", this.#options.graceMs);
    else if (!run.stopping && onlyCancelledLeft(run.record.request, run.files)) void this.#stop(run, "cancelled", this.#options.graceMs);
  }

  #tellOnce(run: Run, error: unknown, what: string): void {
    const trouble = `${what}: ${explain(error)}`;
    if (run.trouble !== trouble) this.#options.log.error({ err: error, ...callName(run.record.request) }, what);
    run.trouble = trouble;
  }

  #outcomeOf({ record, files }: Run): Outcome | undefined {
    const group = readGroup(files.pid);
    // Something a command left behind in its group is part of the run until it is gone.
    if (group !== undefined && isAlive(group)) return undefined;
    if (!group && Date.now() < Date.parse(record.acceptedAt) + START_MS) return undefined;
    const exitCode = existsSync(files.result) ? Number(readFileSync(files.result, "utf8")) : null;
    if (wasStopped(files, exitCode) && !this.#isGone(files)) return undefined;
    const ended = howEnded(exitCode, stopReason(files));
    const endedAt = existsSync(files.result) ? statSync(files.result).mtime : new Date();
    return {
      ended,
      exitCode,
      ...recapFrom(files.events),
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
    const { request } = run.record;
    this.#options.log.info({ ...callName(request), ended: outcome.ended, exitCode: outcome.exitCode }, "run ended");
    this.#options.onFinished({ ...callName(request), outcome });
    void closeConnections(this.#options.ansible.home, nameOf(request));
    if (!isWave(request) || !outcome.error || outcome.recap) return;
    try {
      tellMembers(request, this.#options.jobsDir, outcome.error);
    } catch (error) {
      // On a full disk it is in each job's result only.
      this.#tellOnce(run, error, "the logs of a wave's nodes could not be written");
    }
  }

  #stop(run: Run, reason: StopReason, graceMs: number): Promise<unknown> {
    run.stopping ??= (async () => {
      await writeFileAtomic(run.files.stopped, reason, { fsync: true });
      await this.#end(run, graceMs);
    })().catch((error: unknown) => {
      this.#tellOnce(run, error, "a run could not be stopped");
      // Whoever wants it stopped says so again.
      run.stopping = undefined;
    });
    return run.stopping;
  }

  async #end(run: Run, graceMs: number): Promise<void> {
    const group = await this.#awaitGroup(run);
    const gone = group === undefined || (await terminate(group, graceMs));
    await closeConnections(this.#options.ansible.home, nameOf(run.record.request));
    for (const pid of processesWith(marker(run.files))) kill(pid);
    if (!gone) this.#options.log.error(callName(run.record.request), "a run survived SIGKILL");
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
}

const callName = ({ members }: RunRequest): { jobId: string; attempt: number } => {
  const { jobId, attempt } = first(members);
  return { jobId, attempt };
};

const nameOf = (request: RunRequest): string => `${callName(request).jobId}/${callName(request).attempt}`;

/** Pure. Somebody of a run at work whose job or node another one would use too. */
const sharedNode = (at: RunRequest, wanted: RunRequest, ended: ReadonlySet<string>): RunMember | undefined =>
  at.members.find(
    (member) => !ended.has(member.node) && wanted.members.some(({ node, jobId }) => node === member.node || jobId === member.jobId),
  );

/** In the environment of every process of a run. */
const marker = ({ events }: RunFiles): string => `${EVENTS_VARIABLE}=${events}`;
