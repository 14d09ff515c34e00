/**
 * Follows the runs of the executor. Ends the job of a node when Ansible has finished that node. Marks runs that the executor
 * does not confirm.
 */
import { join } from "node:path";
import type { FromExecutor } from "../contract/executor-protocol.ts";
import type { Job } from "../contract/jobs/job.ts";
import type { RunOutcome } from "../contract/jobs/run-messages.ts";
import type { ExecutorPort } from "../executor-link/link.ts";
import type { Log } from "../log/log.ts";
import { atomically } from "../store/database.ts";
import type { RunStore, StoredRun } from "../store/jobs/runs.ts";
import { type ConclusionParts, conclude } from "./conclusion.ts";
import { isExpired, leaseFrom, wasAway } from "./heartbeat.ts";
import { type IngestParts, takeIn } from "./ingest.ts";
import { judged } from "./purpose.ts";
import type { HostEnd } from "./run-events.ts";
import { RunFindings } from "./run-findings.ts";
import { isAtWork, moved } from "./status.ts";
import { verdict } from "./verdict.ts";

export interface AttendanceParts extends ConclusionParts, IngestParts {
  runs: RunStore;
  executor: ExecutorPort;
  jobsDir: string;
  log: Log;
}

type Held = Extract<FromExecutor, { type: "alive" }>["runs"];

export class Attendance {
  readonly #parts: AttendanceParts;
  /** By run. Read again from the events after a restart of control. */
  readonly #findings = new Map<string, RunFindings>();
  #lastLook: Date | undefined;

  constructor(parts: AttendanceParts) {
    this.#parts = parts;
  }

  /** Reads new events. Sets the jobs of a run to `unknown` if the executor has not confirmed the run in time. */
  look(now: Date): void {
    const { runs } = this.#parts;
    const away = wasAway(this.#lastLook, now);
    this.#lastLook = now;
    const all = runs.all();
    for (const run of all) this.#takeIn(run, 1);
    if (away)
      runs.renew(
        all.map(({ id }) => id),
        leaseFrom(now),
      );
    else for (const run of all) if (isExpired(run, now)) this.#move(run, "running", "unknown", "the executor has not reported it");
  }

  /**
   * After a new connection, compares control's runs with the executor's runs. The database lists the runs that should be
   * active, and `held` lists the runs that the executor has.
   */
  compare(held: Held, now: Date): void {
    const { runs } = this.#parts;
    const names = new Set(held.map(nameOf));
    for (const run of runs.all()) if (!names.has(run.id)) this.#lost(run.id, now);
    this.attend(held, now);
  }

  /**
   * Extends the lease of each run that the executor confirms. A run that the executor has not confirmed for a long time
   * counts as lost.
   */
  attend(held: Held, now: Date): void {
    const { runs, jobs, executor } = this.#parts;
    const names = new Set(held.map(nameOf));
    // An id that control does not know is not renewed.
    runs.renew(held.filter(({ outcome }) => !outcome).map(nameOf), leaseFrom(now));
    for (const { jobId, attempt, outcome } of held) {
      const run = runs.find(nameOf({ jobId, attempt }));
      if (outcome) this.finished(jobId, attempt, outcome);
      else if (run) {
        this.#move(run, "unknown", "running", "the executor reported it again; the run continues");
        // Repeats the cancel request until the job has ended. An executor with a full disk may have lost the request.
        for (const job of jobs.ofRun(run.id)) if (job.status === "cancelling") executor.send({ type: "cancel", jobId: job.id });
        // Control has already given up this run. A suspended executor reads its messages late, so it can start a run that
        // control has given up.
      } else executor.send({ type: "disown", jobId, attempt });
    }
    for (const run of runs.all()) if (!names.has(run.id) && isExpired(run, now)) this.#lost(run.id, now);
  }

  finished(jobId: string, attempt: number, outcome: RunOutcome): void {
    const { db, jobs, runs, executor } = this.#parts;
    const run = runs.find(nameOf({ jobId, attempt }));
    if (run) {
      this.#takeIn(run, Number.POSITIVE_INFINITY);
      atomically(db, () => {
        for (const job of jobs.ofRun(run.id)) if (isAtWork(job.status)) this.#conclude(job, run.id, outcome);
        runs.drop(run.id);
      });
      this.#findings.delete(run.id);
    }
    executor.send({ type: "forget", jobId, attempt });
  }

  /** Ends the jobs of a run that the executor refused. The cause is temporary: no free space, or other work on a node. */
  refused(jobId: string, attempt: number, reason: string): void {
    const { db, jobs, runs } = this.#parts;
    const run = runs.find(nameOf({ jobId, attempt }));
    if (!run) return;
    const result = { summary: `the executor refused the run: ${reason}`, cause: "refused" as const };
    atomically(db, () => {
      for (const job of jobs.ofRun(run.id))
        if (isAtWork(job.status)) conclude(this.#parts, job, { status: "failed", result }, new Date().toISOString());
      runs.drop(run.id);
    });
    this.#findings.delete(run.id);
  }

  /** Ends each job as soon as Ansible has finished its node. A job does not wait for the other nodes of its wave. */
  #takeIn(run: StoredRun, slices: number): void {
    const { db, jobs } = this.#parts;
    takeIn(this.#parts, run, this.eventsFile(run.id), slices, (ends) =>
      atomically(db, () => {
        const members = new Map(jobs.ofRun(run.id).map((job) => [job.nodeName, job]));
        for (const hostEnd of ends) {
          const job = members.get(hostEnd.host);
          if (job && isAtWork(job.status)) this.#conclude(job, run.id, asOutcome(hostEnd));
        }
      }),
    );
  }

  #conclude(job: Job, run: string, outcome: RunOutcome): void {
    const findings = this.#findingsOf(run, job);
    const decided = judged(verdict(outcome, job.nodeName, findings.failedTask(job.nodeName)), job, findings.preview(job.nodeName));
    const ended = conclude(this.#parts, job, decided, outcome.endedAt);
    this.#parts.log.info({ jobId: job.id, status: ended.status, summary: decided.result.summary }, "job ended");
  }

  /** All jobs of a run have the same purpose. */
  #findingsOf(run: string, { purpose }: Job): RunFindings {
    const known = this.#findings.get(run) ?? new RunFindings(this.eventsFile(run), purpose === "preview", this.#parts.redact);
    this.#findings.set(run, known);
    return known;
  }

  #lost(run: string, now: Date): void {
    const [jobId = "", attempt] = run.split("/");
    this.finished(jobId, Number(attempt), { ended: "lost", exitCode: null, endedAt: now.toISOString() });
  }

  #move(run: StoredRun, from: Job["status"], to: Job["status"], summary: string): void {
    const { db, jobs, events } = this.#parts;
    const members = jobs.ofRun(run.id).filter(({ status }) => status === from);
    if (members.length === 0) return;
    atomically(db, () => {
      for (const job of members) {
        jobs.save({ ...job, status: moved(from, to) });
        events.append({ source: "control", type: `job.${to}`, summary, nodeId: job.nodeId, jobId: job.id });
      }
    });
  }

  eventsFile(run: string): string {
    const [jobId = "", attempt] = run.split("/");
    return join(this.#parts.jobsDir, jobId, `${attempt}.events.ndjson`);
  }
}

const nameOf = ({ jobId, attempt }: { jobId: string; attempt: number }): string => `${jobId}/${attempt}`;

const asOutcome = ({ host, recap, cancelled, at }: HostEnd): RunOutcome => ({
  ended: "exited",
  exitCode: null,
  recap: { [host]: recap },
  ...(cancelled && { cancelledNodes: [host] }),
  endedAt: at,
});
