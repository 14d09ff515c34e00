/**
 * Queues jobs, hands them to the executor, takes in what happens and decides what came of it. Everything it knows is
 * in the database before anybody is told, so that a restart of either side loses and repeats nothing.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { FromExecutor, Outcome } from "../contract/executor-protocol.ts";
import type { Job, JobOutput, RunPurpose } from "../contract/job.ts";
import type { Node } from "../contract/node.ts";
import { MusterError } from "../errors.ts";
import { advance } from "../fleet/phases.ts";
import { atomically } from "../store/database.ts";
import { type ConclusionParts, conclude, end } from "./conclusion.ts";
import { failedTaskOf, takeIn } from "./ingest.ts";
import type { ExecutorPort } from "./link.ts";
import { readSlice, readTail } from "./output.ts";
import { judged, previewOf } from "./purpose.ts";
import { type ReportParts, Reports } from "./reports.ts";
import { runEventsOf } from "./run-events.ts";
import { isLive, moved } from "./status.ts";
import { verdict } from "./verdict.ts";

export interface EngineParts extends ConclusionParts, ReportParts {
  executor: ExecutorPort;
  jobsDir: string;
  playbook: string;
  concurrency: number;
  deadlineSeconds: number;
  /** Takes out what looks like a secret before anybody is shown it. */
  redact(text: string): string;
}

const POLL_MS = 250;

export class JobEngine {
  readonly #parts: EngineParts;
  readonly #reports: Reports;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#reports = new Reports(parts, (jobId) => readTail(this.#outputFile(jobId)));
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const job of this.#running()) this.#ingest(job);
      // A retry's time may have come.
      this.#dispatch();
      this.#reports.tell();
    }, POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Queues the playbook for one node; the node is `configuring` from now on. */
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

  /** What the playbook that makes nodes ready would change on this one. */
  preview(node: Node, requestedBy: string): Job {
    const { playbook } = this.#parts;
    return this.run([node], { playbook, purpose: "preview" }, requestedBy)[0]!;
  }

  /** Queues another playbook, or a preview, for each of these nodes, or for none: their phases stay as they are. */
  run(nodes: readonly Node[], run: { playbook: string; purpose: RunPurpose }, requestedBy: string): Job[] {
    const queued = atomically(this.#parts.db, () => nodes.map((node) => this.#queue(node, run, requestedBy)));
    this.#dispatch();
    return queued;
  }

  #queue(node: Node, run: { playbook: string; purpose?: RunPurpose }, requestedBy: string): Job {
    const { jobs, events } = this.#parts;
    const now = new Date().toISOString();
    const job: Job = {
      id: `${node.name}-${now.replace(/\D/g, "").slice(0, 14)}-${randomBytes(2).toString("hex")}`,
      kind: "ansible",
      ...run,
      nodeId: node.id,
      nodeName: node.name,
      status: "queued",
      attempt: 1,
      requestedBy,
      createdAt: now,
    };
    jobs.add(job);
    const what = run.purpose === "preview" ? `preview of ${run.playbook}` : run.playbook;
    events.append({ source: "control", type: "job.queued", summary: `${what} queued by ${requestedBy}`, nodeId: node.id, jobId: job.id });
    return job;
  }

  cancel(id: string, requestedBy: string): Job {
    const { db, jobs, events, executor } = this.#parts;
    const cancelled = atomically(db, () => {
      const job = this.#job(id);
      if (!isLive(job.status)) throw new MusterError("JOB_NOT_CANCELLABLE", `this job is ${job.status} already`);
      events.append({ source: "control", type: "job.cancel", summary: `cancel asked by ${requestedBy}`, nodeId: job.nodeId, jobId: id });
      if (job.status === "queued")
        return end(
          this.#parts,
          job,
          {
            status: "cancelled",
            result: { summary: `cancelled by ${requestedBy} before ${job.attempt > 1 ? "its next attempt" : "it began"}` },
          },
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
    const { text, next, atEnd } = readSlice(this.#outputFile(id), after, live, this.#parts.redact);
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
    const now = new Date().toISOString();
    const due = jobs.withStatus("queued").filter(({ retryAt }) => retryAt === undefined || retryAt <= now);
    for (const { retryAt: _, ...job } of due.slice(0, Math.max(free, 0))) {
      // Running before it is sent: should we die in between, the executor does not know it and it is lost, not doubled.
      atomically(db, () => {
        jobs.save({ ...job, status: moved(job.status, "running"), startedAt: now });
        jobs.setEventsOffset(job.id, 0);
        events.append({
          source: "control",
          type: "job.started",
          summary: `${job.playbook} started${job.attempt > 1 ? " again" : ""}`,
          nodeId: job.nodeId,
          jobId: job.id,
        });
      });
      const { id: jobId, attempt, playbook } = job;
      const check = job.purpose === "preview" && { check: true };
      executor.send({ type: "run", jobId, attempt, playbook, ...check, limit: [job.nodeName], deadlineSeconds });
    }
  }

  #finished(jobId: string, attempt: number, outcome: Outcome): void {
    const { jobs, executor, log } = this.#parts;
    const job = jobs.find(jobId);
    if (job && job.attempt === attempt && isLive(job.status) && job.status !== "queued") {
      this.#ingest(job);
      const failed = failedTaskOf(this.#parts, job.nodeName, this.#eventsFile(job));
      const preview = job.purpose === "preview" ? previewOf(runEventsOf(this.#eventsFile(job)), job.nodeName) : undefined;
      const decided = judged(verdict(outcome, job.nodeName, failed), job, preview);
      const ended = conclude(this.#parts, job, decided, outcome.endedAt);
      log.info({ jobId, status: ended.status, summary: decided.result.summary }, "job ended");
    }
    executor.send({ type: "forget", jobId, attempt });
  }

  #refused(jobId: string, reason: string): void {
    const job = this.#parts.jobs.find(jobId);
    if (job?.status !== "running") return;
    const result = { summary: `the executor refused it: ${reason}`, cause: "refused" as const };
    end(this.#parts, job, { status: "failed", result }, new Date().toISOString());
  }

  #ingest(job: Job): void {
    takeIn(this.#parts, job, this.#eventsFile(job));
  }

  #eventsFile({ id, attempt }: Job): string {
    return join(this.#parts.jobsDir, id, `${attempt}.events.ndjson`);
  }

  #outputFile(id: string): string {
    return join(this.#parts.jobsDir, id, "output.log");
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
