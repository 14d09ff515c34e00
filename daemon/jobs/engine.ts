/**
 * Queues jobs, hands them to the executor, takes in what happens and decides what came of it. Everything it knows is
 * in the database before anybody is told, so that a restart of either side loses and repeats nothing.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { FromExecutor, Outcome } from "../contract/executor-protocol.ts";
import type { Job, JobOutput } from "../contract/job.ts";
import type { Node } from "../contract/node.ts";
import { MusterError } from "../errors.ts";
import { advance } from "../fleet/phases.ts";
import type { Log } from "../log.ts";
import { atomically, type Db } from "../store/database.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs.ts";
import type { NodeStore } from "../store/nodes.ts";
import type { Registry } from "../store/registry.ts";
import { takeIn } from "./ingest.ts";
import type { ExecutorPort } from "./link.ts";
import { readSlice, SLICE_BYTES } from "./output.ts";
import { readFrom } from "./run-events.ts";
import { isLive, moved } from "./status.ts";
import { type FailedTask, type Verdict, verdict } from "./verdict.ts";

export interface EngineParts {
  db: Db;
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  registry: Registry;
  executor: ExecutorPort;
  jobsDir: string;
  playbook: string;
  concurrency: number;
  deadlineSeconds: number;
  /** Takes out what looks like a secret before anybody is shown it. */
  redact(text: string): string;
  /** Tells the administrator; a failure of that is logged and changes nothing. */
  onFailure(job: Job, node: Node | undefined, output: string): Promise<void>;
  log: Log;
}

const POLL_MS = 250;
/** The first run and one more after an interruption. */
const MAX_ATTEMPTS = 2;

export class JobEngine {
  readonly #parts: EngineParts;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const job of this.#running()) this.#ingest(job);
    }, POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Queues the playbook for one node; the node is `configuring` from now on. */
  provision(node: Node, requestedBy: string): Job {
    const { db, jobs, registry, events, playbook } = this.#parts;
    const now = new Date().toISOString();
    const job: Job = {
      id: `${node.name}-${now.replace(/\D/g, "").slice(0, 14)}-${randomBytes(2).toString("hex")}`,
      kind: "ansible",
      playbook,
      nodeId: node.id,
      nodeName: node.name,
      status: "queued",
      attempt: 1,
      requestedBy,
      createdAt: now,
    };
    atomically(db, () => {
      jobs.add(job);
      events.append({
        source: "control",
        type: "job.queued",
        summary: `${playbook} queued by ${requestedBy}`,
        nodeId: node.id,
        jobId: job.id,
      });
      registry.update(node.id, (was) => ({
        node: { ...was, state: advance(was.state, { type: "configuring", jobId: job.id, at: now }) },
        event: { source: "control", type: "node.configuring", summary: "being configured", jobId: job.id },
      }));
    });
    this.#dispatch();
    return job;
  }

  cancel(id: string, requestedBy: string): Job {
    const { db, jobs, events, executor } = this.#parts;
    const cancelled = atomically(db, () => {
      const job = this.#job(id);
      if (!isLive(job.status)) throw new MusterError("JOB_NOT_CANCELLABLE", `this job is ${job.status} already`);
      events.append({ source: "control", type: "job.cancel", summary: `cancel asked by ${requestedBy}`, nodeId: job.nodeId, jobId: id });
      if (job.status === "queued")
        return this.#end(
          job,
          { status: "cancelled", result: { summary: `cancelled by ${requestedBy} before it began` } },
          new Date().toISOString(),
        );
      const cancelling: Job = { ...job, status: job.status === "running" ? moved(job.status, "cancelling") : job.status };
      jobs.save(cancelling);
      return cancelling;
    });
    if (cancelled.status === "cancelling") executor.send({ type: "cancel", jobId: id });
    return cancelled;
  }

  /** The output from a byte offset. While the job lives, a line or key that is not finished is kept back. */
  async output(id: string, after: number): Promise<JobOutput> {
    const live = isLive(this.#job(id).status);
    const { text, next, atEnd } = readSlice(join(this.#parts.jobsDir, id, "output.log"), after, live, this.#parts.redact);
    return { text, next, end: !live && atEnd };
  }

  /** What the executor says. */
  receive(message: FromExecutor): void {
    switch (message.type) {
      case "hello":
        this.#compare(message.runs);
        break;
      case "started":
        break;
      case "finished":
        this.#finished(message.jobId, message.attempt, message.outcome);
        break;
      case "refused":
        this.#refused(message.jobId, message.reason);
        break;
    }
    this.#dispatch();
  }

  /** After a restart of either side: the database says what should run, the executor what does. */
  #compare(runs: Extract<FromExecutor, { type: "hello" }>["runs"]): void {
    const { executor } = this.#parts;
    const held = new Map(runs.map((run) => [run.jobId, run]));
    for (const job of this.#running()) {
      const run = held.get(job.id);
      if (!run || run.attempt !== job.attempt)
        this.#finished(job.id, job.attempt, { ended: "lost", exitCode: null, endedAt: new Date().toISOString() });
      else if (job.status === "cancelling" && !run.outcome) executor.send({ type: "cancel", jobId: job.id });
    }
    for (const { jobId, attempt, outcome } of runs) {
      if (outcome) this.#finished(jobId, attempt, outcome);
      // A run nobody waits for must not go on unowned.
      else if (!this.#awaits(jobId, attempt)) executor.send({ type: "cancel", jobId });
    }
  }

  #awaits(jobId: string, attempt: number): boolean {
    const job = this.#parts.jobs.find(jobId);
    return job !== undefined && job.attempt === attempt && isLive(job.status);
  }

  #dispatch(): void {
    const { jobs, executor, concurrency, deadlineSeconds, db, events } = this.#parts;
    if (!executor.connected) return;
    const free = concurrency - this.#running().length;
    for (const job of jobs.withStatus("queued").slice(0, Math.max(free, 0))) {
      // Running before it is sent: should we die in between, the executor does not know it and it is lost, not doubled.
      atomically(db, () => {
        jobs.save({ ...job, status: moved(job.status, "running"), startedAt: new Date().toISOString() });
        jobs.setEventsOffset(job.id, 0);
        events.append({
          source: "control",
          type: "job.started",
          summary: `${job.playbook} started${job.attempt > 1 ? " again" : ""}`,
          nodeId: job.nodeId,
          jobId: job.id,
        });
      });
      executor.send({ type: "run", jobId: job.id, attempt: job.attempt, playbook: job.playbook, limit: [job.nodeName], deadlineSeconds });
    }
  }

  #finished(jobId: string, attempt: number, outcome: Outcome): void {
    const { jobs, executor, log } = this.#parts;
    const job = jobs.find(jobId);
    if (job && job.attempt === attempt && isLive(job.status) && job.status !== "queued") {
      const failed = this.#ingest(job);
      const decided = verdict(outcome, job.nodeName, failed);
      const ended = this.#conclude(job, decided, outcome.endedAt);
      log.info({ jobId, status: ended.status, summary: decided.result.summary }, "job ended");
    }
    executor.send({ type: "forget", jobId, attempt });
  }

  /** An interrupted job is queued again, once; the second time it has failed. */
  #conclude(job: Job, decided: Verdict, endedAt: string): Job {
    const { db, jobs, events } = this.#parts;
    return atomically(db, () => {
      if (decided.status !== "interrupted") return this.#end(job, { status: decided.status, result: decided.result }, endedAt);
      if (job.status === "cancelling") return this.#end(job, { status: "cancelled", result: decided.result }, endedAt);
      if (job.attempt >= MAX_ATTEMPTS) {
        return this.#end(
          job,
          { status: "failed", result: { ...decided.result, summary: `interrupted ${MAX_ATTEMPTS} times: ${decided.result.summary}` } },
          endedAt,
        );
      }
      const { startedAt: _, ...rest } = job;
      const again: Job = { ...rest, status: moved(moved(job.status, "interrupted"), "queued"), attempt: job.attempt + 1 };
      jobs.save(again);
      events.append({
        source: "control",
        type: "job.interrupted",
        summary: `interrupted: ${decided.result.summary}; queued again`,
        nodeId: job.nodeId,
        jobId: job.id,
      });
      return again;
    });
  }

  #end(
    job: Job,
    { status, result }: { status: "succeeded" | "failed" | "cancelled"; result: NonNullable<Job["result"]> },
    endedAt: string,
  ): Job {
    const { jobs, events, nodes, registry, log, onFailure } = this.#parts;
    const ended: Job = { ...job, status: moved(job.status, status), endedAt, result };
    jobs.save(ended);
    events.append({
      source: "control",
      type: `job.${status}`,
      summary: result.summary,
      nodeId: job.nodeId,
      jobId: job.id,
      ...(result.hint && { detail: { hint: result.hint } }),
    });
    const node = nodes.findById(job.nodeId);
    if (node?.state.phase === "configuring" && node.state.jobId === job.id) {
      registry.update(node.id, (was) => ({
        node: {
          ...was,
          state: advance(
            was.state,
            status === "succeeded"
              ? { type: "configured", at: endedAt }
              : { type: "configure-failed", jobId: job.id, reason: result.summary, at: endedAt },
          ),
        },
        event: {
          source: "control",
          type: status === "succeeded" ? "node.ready" : "node.configure-failed",
          summary: status === "succeeded" ? "ready" : result.summary,
          jobId: job.id,
        },
      }));
    }
    if (status === "failed") {
      const output = readFrom(join(this.#parts.jobsDir, job.id, "output.log"), 0, 16 * SLICE_BYTES).toString("utf8");
      onFailure(ended, node, output).catch((error: unknown) => log.error({ err: error, jobId: job.id }, "TODO.md could not be written"));
    }
    return ended;
  }

  #refused(jobId: string, reason: string): void {
    const job = this.#parts.jobs.find(jobId);
    if (job?.status !== "running") return;
    atomically(this.#parts.db, () =>
      this.#end(job, { status: "failed", result: { summary: `the executor refused it: ${reason}` } }, new Date().toISOString()),
    );
  }

  #ingest(job: Job): FailedTask | undefined {
    return takeIn(this.#parts, job, join(this.#parts.jobsDir, job.id, `${job.attempt}.events.ndjson`));
  }

  #running(): Job[] {
    const { jobs } = this.#parts;
    return [...jobs.withStatus("running"), ...jobs.withStatus("cancelling")];
  }

  #job(id: string): Job {
    const job = this.#parts.jobs.find(id);
    if (!job) throw new MusterError("JOB_NOT_FOUND", `no job has the id ${id}`);
    return job;
  }
}
