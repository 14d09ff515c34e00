/**
 * Queues jobs, sends them to the executor, follows them, and decides their results. Each change is saved before it is
 * announced. Therefore a restart of control or of the executor neither loses nor repeats a change.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FromExecutor } from "../contract/executor-protocol.ts";
import { type Job, type JobOutput, OUTPUT_DAYS_MIN, type RunPurpose } from "../contract/jobs/job.ts";
import { optionsInWords, type RunOptions } from "../contract/jobs/run-options.ts";
import type { Node } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";
import { PeriodicTask } from "../errors/periodic-task.ts";
import { advance } from "../machines/phases.ts";
import { atomically } from "../store/database.ts";
import { Attendance, type AttendanceParts } from "./attendance.ts";
import { end } from "./conclusion.ts";
import { type DispatchParts, dispatch } from "./dispatch.ts";
import { readSlice, readTail } from "./output/output.ts";
import { type OutputEnds, readEnds } from "./output/output-ends.ts";
import { type ReportParts, Reports } from "./reports.ts";
import { isLive, moved, requireLive } from "./status.ts";

export interface EngineParts extends AttendanceParts, DispatchParts, ReportParts {
  /** The path of the playbook that makes a node ready. */
  playbook: string;
  /** Replaces text that looks like a secret. */
  redact(text: string): string;
}

/** A request to run a playbook. `after` is the id of a job that must succeed before this job runs. */
export interface Order {
  playbook: string;
  purpose?: RunPurpose;
  options?: RunOptions;
  priority?: number;
  after?: string;
}

/** The types of the executor's messages that concern jobs. */
export const heardByJobs = ["hello", "alive", "finished", "refused"] as const satisfies FromExecutor["type"][];
type Heard = Extract<FromExecutor, { type: (typeof heardByJobs)[number] }>;

const POLL_MS = 250;
const OUTPUT_GONE = "[muster: the output of this job was removed; jobs.ansible.output_days sets how long output is kept]\n";
const OUTPUT_KEPT_MS = OUTPUT_DAYS_MIN * 86_400_000;

export class JobEngine {
  readonly #parts: EngineParts;
  readonly #reports: Reports;
  readonly #attendance: Attendance;
  readonly #rounds: PeriodicTask;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#attendance = new Attendance(parts);
    this.#reports = new Reports(parts, (jobId) => readTail(this.#outputFile(jobId)));
    this.#rounds = new PeriodicTask({
      everyMs: POLL_MS,
      run: () => this.#look(),
      log: parts.log,
      failure: "the jobs could not be looked after; retrying until it works",
    });
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  #look(): void {
    this.#attendance.look(new Date());
    this.#dispatch();
    this.#reports.report();
  }

  /** Queues the playbook for one node, and sets the node's phase to `configuring`. */
  provision(node: Node, requestedBy: string): Job {
    const { db, registry, playbook } = this.#parts;
    const job = atomically(db, () => {
      const queued = this.#queue(node, { playbook }, requestedBy);
      registry.update(node.id, (was) => ({
        node: { ...was, state: advance(was.state, { type: "configuring", jobId: queued.id, at: queued.createdAt }) },
        event: { source: "control", type: "node.configuring", summary: "being configured", jobId: queued.id },
      }));
      return queued;
    });
    this.#dispatch();
    return job;
  }

  /** Queues a preview of the changes that the playbook for new nodes would make on this node. */
  preview(node: Node, requestedBy: string): Job {
    const { playbook } = this.#parts;
    return this.run([node], { playbook, purpose: "preview" }, requestedBy)[0]!;
  }

  /** Queues a playbook or a preview, either for all of these nodes or for none of them. The phases of the nodes do not change. */
  run(nodes: readonly Node[], run: Order & { purpose: RunPurpose }, requestedBy: string): Job[] {
    const queued = atomically(this.#parts.db, () => nodes.map((node) => this.#queue(node, run, requestedBy)));
    this.#dispatch();
    return queued;
  }

  #queue(node: Node, run: Order, requestedBy: string): Job {
    const { jobs, events } = this.#parts;
    const now = new Date().toISOString();
    const job: Job = {
      id: `${node.name}-${now.replace(/\D/g, "").slice(0, 14)}-${randomBytes(2).toString("hex")}`,
      kind: "ansible",
      ...run,
      nodeId: node.id,
      nodeName: node.name,
      status: run.after === undefined ? "queued" : "waiting",
      attempt: 1,
      requestedBy,
      createdAt: now,
      ...(run.after === undefined && { queuedAt: now }),
    };
    if (run.after !== undefined) this.#job(run.after); // Throws an error if the job does not exist.
    jobs.add(job);
    const what = `${run.purpose === "preview" ? "preview of " : ""}${run.playbook}${optionsInWords(run.options)}`;
    events.append({ source: "control", type: "job.queued", summary: `${what} queued by ${requestedBy}`, nodeId: node.id, jobId: job.id });
    return job;
  }

  cancel(id: string, requestedBy: string): Job {
    const { db, jobs, events, executor } = this.#parts;
    const cancelled = atomically(db, () => {
      const job = this.#job(id);
      requireLive(job);
      events.append({
        source: "control",
        type: "job.cancel",
        summary: `${requestedBy} requested the cancel`,
        nodeId: job.nodeId,
        jobId: id,
      });
      if (job.status === "queued" || job.status === "waiting")
        return end(
          this.#parts,
          job,
          {
            status: "cancelled",
            result: { summary: `cancelled by ${requestedBy} before ${job.attempt > 1 ? "its next attempt" : "it began"}` },
          },
          new Date().toISOString(),
        );
      const cancelling: Job = { ...job, status: job.status === "cancelling" ? job.status : moved(job.status, "cancelling") };
      jobs.save(cancelling);
      return cancelling;
    });
    if (cancelled.status === "cancelling") executor.send({ type: "cancel", jobId: id });
    return cancelled;
  }

  /** Returns the output from a byte offset. While the job is active, the result omits an incomplete line or private key. */
  async output(id: string, after: number): Promise<JobOutput> {
    if (this.#isOutputGone(id)) return { text: after === 0 ? OUTPUT_GONE : "", next: Math.max(after, OUTPUT_GONE.length), end: true };
    const live = isLive(this.#job(id).status);
    const { text, next, atEnd } = readSlice(this.#outputFile(id), after, live, this.#parts.redact);
    return { text, next, end: !live && atEnd };
  }

  /** Returns the whole output. If the output is longer than `mostBytes`, its middle is omitted. */
  async ends(id: string, mostBytes: number): Promise<OutputEnds> {
    if (this.#isOutputGone(id)) return { beginning: OUTPUT_GONE, leftOutBytes: 0, end: "" };
    return readEnds(this.#outputFile(id), mostBytes, isLive(this.#job(id).status), this.#parts.redact);
  }

  receive(message: Heard): void {
    const attendance = this.#attendance;
    switch (message.type) {
      case "hello":
        attendance.compare(message.runs, new Date());
        break;
      case "alive":
        attendance.attend(message.runs, new Date());
        break;
      case "finished":
        attendance.finished(message.jobId, message.attempt, message.outcome);
        break;
      case "refused":
        attendance.refused(message.jobId, message.attempt, message.reason);
        break;
    }
    this.#dispatch();
  }

  #dispatch(): void {
    dispatch(this.#parts, new Date());
  }

  #outputFile(id: string): string {
    return join(this.#parts.jobsDir, id, "output.log");
  }

  /** Returns true if the executor has removed the output, because it is older than `jobs.ansible.output_days`. */
  #isOutputGone(id: string): boolean {
    const { startedAt, endedAt } = this.#job(id);
    if (startedAt === undefined || endedAt === undefined || Date.parse(endedAt) > Date.now() - OUTPUT_KEPT_MS) return false;
    return !existsSync(join(this.#parts.jobsDir, id));
  }

  #job(id: string): Job {
    const job = this.#parts.jobs.find(id);
    if (!job) throw new MusterError("JOB_NOT_FOUND", `no job has the id ${id}`);
    return job;
  }
}
