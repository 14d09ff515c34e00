/** Runs Ansible once, on one or many nodes, as a long-running process. */
import { existsSync } from "node:fs";
import writeFileAtomic from "write-file-atomic";
import type { RunOutcome, RunRequest } from "../../contract/jobs/run-messages.ts";
import { explain } from "../../errors/errors.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Log } from "../../log/log.ts";
import { outputTail } from "../kept-output.ts";
import { type End, exitCodeOf } from "../lasting-files.ts";
import { type Kind, LastingProcess } from "../lasting-process.ts";
import { type AnsibleSettings, ansibleCommand, ansibleEnvironment, EVENTS_VARIABLE } from "./ansible.ts";
import { endedHosts, recapFrom } from "./recap.ts";
import { closeConnections, connectionsOf } from "./run-connections.ts";
import { howEnded, type StopReason } from "./run-end.ts";
import { first, forgetRun, type RunFiles, type RunRecord, runFiles } from "./run-files.ts";
import { removeInputs, writeInputs } from "./run-inputs.ts";
import { cancelNode, describeWave, isWave, logForMembers, onlyCancelledLeft } from "./wave.ts";

export interface RunSettings {
  jobsDir: string;
  ansible: AnsibleSettings;
  log: Log;
  /** The time between SIGTERM and SIGKILL, in milliseconds. */
  graceMs: number;
  /** The largest size of a job's stored output in bytes. The beginning and the end of the output are stored. */
  outputLimitBytes: number;
}

export interface RunId {
  jobId: string;
  attempt: number;
}

/** Returns the id of a run. Control identifies a run by the job id and the attempt number of the run's first job. */
export function runId({ members }: RunRequest): RunId {
  const { jobId, attempt } = first(members);
  return { jobId, attempt };
}

export const runName = ({ jobId, attempt }: RunId): string => `${jobId}/${attempt}`;

/** Processes that Ansible leaves running after a regular end, such as ssh connections, are not part of the run. */
const kind: Kind = { mark: (base) => [EVENTS_VARIABLE, `${base}.events.ndjson`], endsWith: "group" };
/** The niceness of a run, so that a run does not slow down the daemon. */
const NICENESS = 10;
const ERROR_CHARACTERS = 3000;

export class Run {
  readonly record: RunRecord;
  readonly files: RunFiles;
  outcome: RunOutcome | undefined;
  readonly #settings: RunSettings;
  readonly #process: LastingProcess;
  #isBegun = false;
  #stopping: Promise<void> | undefined;
  /** The last failure of the executor itself, which is logged only once. */
  #trouble: string | undefined;
  readonly #since = steadyMs();

  constructor(record: RunRecord, settings: RunSettings) {
    this.record = record;
    this.#settings = settings;
    this.files = runFiles(settings.jobsDir, record.request);
    this.#process = new LastingProcess(this.files, kind);
  }

  get id(): RunId {
    return runId(this.record.request);
  }

  get name(): string {
    return runName(this.id);
  }

  /** Returns the nodes that the run may still change. */
  get nodesAtWork(): string[] {
    if (this.outcome) return [];
    const { request } = this.record;
    const ended = isWave(request) ? endedHosts(this.files.events) : new Set<string>();
    return request.members.map(({ node }) => node).filter((node) => !ended.has(node));
  }

  /** Saves the record to disk before the run starts. */
  async save(): Promise<void> {
    if (isWave(this.record.request)) await describeWave(this.record.request, this.files, this.#settings);
    await writeFileAtomic(this.files.record, JSON.stringify(this.record), { fsync: true, mode: 0o600 });
  }

  /** Starts the run and returns its pid. Rejects if the run cannot be started. */
  async begin(): Promise<number> {
    const { ansible, outputLimitBytes } = this.#settings;
    const { request } = this.record;
    const { variables, environment } = writeInputs(this.files, request, ansible);
    const { command, args } = ansibleCommand(request, ansible, variables);
    const files = { events: this.files.events, ...(isWave(request) && { wave: this.files.wave }) };
    const pid = await this.#process.begin({
      argv: [command, ...args],
      env: { ...ansibleEnvironment(ansible, files, connectionsOf(this.name)), ...environment },
      cwd: ansible.directory,
      capBytes: outputLimitBytes,
      niceness: NICENESS,
    });
    this.#isBegun = true;
    return pid;
  }

  /** Takes over a run that an earlier executor started. Continues a stop that the earlier executor did not finish. */
  takeUp(): void {
    this.#isBegun = true;
    const reason = this.#stopReason;
    if (reason) void this.stop(reason);
  }

  /**
   * Returns the outcome of a run that has ended. Stops a run at its deadline, and stops a wave when only cancelled nodes are
   * left.
   */
  look(): RunOutcome | undefined {
    if (!this.#isBegun) return undefined;
    const { request, acceptedSteadyMs = this.#since } = this.record;
    const end = this.#process.look();
    if (end) return this.#isGone(end) ? this.#outcomeOf(end) : undefined;
    if (steadyMs() > acceptedSteadyMs + request.deadlineSeconds * 1000) void this.stop("timed-out");
    else if (!this.#stopping && onlyCancelledLeft(request, this.files)) void this.stop("cancelled");
    return undefined;
  }

  /** Cancels one job of the run. Stops the whole run if all other jobs of the run have ended or are cancelled. */
  cancel(jobId: string): void {
    const { request } = this.record;
    const member = request.members.find((each) => each.jobId === jobId);
    if (!member || this.outcome) return;
    if (isWave(request)) cancelNode(this.files, member.node);
    if (!isWave(request) || onlyCancelledLeft(request, this.files)) void this.stop("cancelled");
  }

  stop(reason: StopReason): Promise<void> {
    this.#stopping ??= this.#stop(reason).catch((error: unknown) => {
      this.report(error, "a run could not be stopped");
      // Either the next call of `look` or the caller tries again to stop the run.
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #stop(reason: StopReason): Promise<void> {
    const graceMs = () => this.#settings.graceMs;
    const isStopped = await this.#process.stop(reason, { target: "group", first: "SIGTERM", graceMs });
    await this.closeConnections();
    this.#process.sweep();
    if (!isStopped) this.#settings.log.error(this.id, "a run survived SIGKILL");
  }

  get #stopReason(): StopReason | undefined {
    return this.#process.stopReason as StopReason | undefined;
  }

  /**
   * Returns true if the run has ended. A stopped run may be repeated, so it counts as ended only when all its processes have
   * ended.
   */
  #isGone(end: End): boolean {
    const isRegular = end.how === "exited" && this.#stopReason === undefined && !existsSync(this.files.cancelled);
    return isRegular || this.#process.sweep().length === 0;
  }

  #outcomeOf(end: End): RunOutcome {
    const ended = howEnded(end, this.#stopReason);
    removeInputs(this.files);
    const exitCode = exitCodeOf(end);
    return {
      ended,
      exitCode,
      ...recapFrom(this.files.events),
      ...(ended !== "exited" || exitCode !== 0 ? { error: outputTail(this.files.output, ERROR_CHARACTERS) } : {}),
      startedAt: this.record.acceptedAt,
      endedAt: ("at" in end ? end.at : new Date()).toISOString(),
    };
  }

  /** If a wave reached no node, adds the error to the log of each node. */
  logForMembers(error: string): void {
    logForMembers(this.record.request, this.#settings.jobsDir, error);
  }

  closeConnections(): Promise<void> {
    return closeConnections(this.#settings.ansible.home, this.name);
  }

  forget(): void {
    forgetRun(this.files);
    this.#process.forget();
  }

  report(error: unknown, what: string): void {
    const trouble = `${what}: ${explain(error)}`;
    if (this.#trouble !== trouble) this.#settings.log.error({ err: error, ...this.id }, what);
    this.#trouble = trouble;
  }
}
