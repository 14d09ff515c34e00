/** Stores the jobs and the number of processed events of each job. An index ensures that each node has at most one active job. */
import type { Job, JobStatus } from "../../contract/jobs/job.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Db } from "../database.ts";
import { fromRow, type Row } from "./job-row.ts";

/** The SQL condition for an active job. A unique index with this condition allows at most one active job per node. */
const HOLDS_ITS_NODE = "(status IN ('queued', 'running', 'cancelling', 'unknown') OR (status = 'waiting' AND after_job IS NULL))";

type Text = string | null;
type InsertRow = [string, string, Text, string, string, string, string, number, string, string, Text, number, Text, Text];
type UpdateRow = [string, string, number, number, Text, Text, Text, Text, Text, Text, Text, string];

export class JobStore {
  readonly #insert;
  readonly #update;
  readonly #byId;
  readonly #recent;
  readonly #ofNode;
  readonly #lastProvisioning;
  readonly #withStatus;
  readonly #live;
  readonly #ofRun;
  readonly #counts;
  readonly #kinds;
  readonly #ended;
  readonly #waitingSince;
  readonly #reportsDue;
  readonly #setReportDue;

  constructor(db: Db) {
    this.#insert = db.prepare<InsertRow>(
      `INSERT INTO jobs (id, kind, purpose, playbook, node_id, node_name, status, attempt, requested_by, created_at, queued_at, priority, after_job, options)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = db.prepare<UpdateRow>(
      `UPDATE jobs SET node_name = ?, status = ?, attempt = ?, interruptions = ?, retry_at = ?, queued_at = ?, after_job = ?, run = ?,
       started_at = ?, ended_at = ?, result = ? WHERE id = ?`,
    );
    this.#byId = db.prepare<[string], Row>("SELECT * FROM jobs WHERE id = ?");
    this.#recent = db.prepare<[number], Row>("SELECT * FROM jobs ORDER BY created_at DESC, id DESC LIMIT ?");
    this.#ofNode = db.prepare<[string, number], Row>("SELECT * FROM jobs WHERE node_id = ? ORDER BY created_at DESC, id DESC LIMIT ?");
    this.#lastProvisioning = db.prepare<[string], Row>(
      "SELECT * FROM jobs WHERE node_id = ? AND purpose IS NULL ORDER BY created_at DESC, id DESC LIMIT 1",
    );
    this.#withStatus = db.prepare<[string], Row>("SELECT * FROM jobs WHERE status = ? ORDER BY created_at, id");
    this.#live = db.prepare<[string], Row>(`SELECT * FROM jobs WHERE node_id = ? AND ${HOLDS_ITS_NODE}`);
    this.#ofRun = db.prepare<[string], Row>("SELECT * FROM jobs WHERE run = ? ORDER BY created_at, id");
    this.#kinds = db.prepare<[], { kind: string; status: string; count: number }>(
      "SELECT kind, status, count FROM job_counts WHERE count > 0",
    );
    // The plus sign keeps SQLite from reading all events of these types, because the range of numbers is smaller.
    this.#ended = db.prepare<[number, number], EndedRow>(
      `SELECT e.seq, j.kind, j.status, j.started_at, j.ended_at FROM events e JOIN jobs j ON j.id = e.job_id
       WHERE e.seq > ? AND e.seq <= ? AND +e.type IN ('job.succeeded', 'job.failed', 'job.timed-out', 'job.cancelled') ORDER BY e.seq`,
    );
    this.#waitingSince = db.prepare<[string], { since: string | null }>(
      "SELECT min(coalesce(queued_at, created_at)) AS since FROM jobs WHERE status = 'queued' AND (retry_at IS NULL OR retry_at <= ?)",
    );
    this.#reportsDue = db.prepare<[], Row>("SELECT * FROM jobs WHERE report_due = 1 ORDER BY ended_at, id LIMIT 100");
    this.#setReportDue = db.prepare<[number, string]>("UPDATE jobs SET report_due = ? WHERE id = ?");
    this.#counts = db.prepare<[], { status: string; count: number }>(
      "SELECT status, sum(count) AS count FROM job_counts WHERE count > 0 GROUP BY status",
    );
  }

  add(job: Job): void {
    if (job.after === undefined && this.liveOf(job.nodeId))
      throw new MusterError("JOB_IN_PROGRESS", `Provisioning for ${job.nodeName} is already in progress.`);
    const { id, kind, purpose = null, playbook, nodeId, nodeName, status, attempt, requestedBy, createdAt } = job;
    const { queuedAt = null, priority = 0, after = null } = job;
    const options = job.options === undefined ? null : JSON.stringify(job.options);
    const columns = [nodeId, nodeName, status, attempt, requestedBy, createdAt, queuedAt, priority, after, options] as const;
    this.#insert.run(id, kind, purpose, playbook, ...columns);
  }

  save(job: Job): void {
    const result = job.result === undefined ? null : JSON.stringify(job.result);
    const { nodeName, status, attempt, interruptions = 0, retryAt = null, queuedAt = null, after = null, run = null } = job;
    const { startedAt = null, endedAt = null } = job;
    this.#update.run(nodeName, status, attempt, interruptions, retryAt, queuedAt, after, run, startedAt, endedAt, result, job.id);
  }

  find(id: string): Job | undefined {
    return one(this.#byId.get(id));
  }

  recent(limit: number): Job[] {
    return this.#recent.all(limit).map(fromRow);
  }

  ofNode(nodeId: string, limit: number): Job[] {
    return this.#ofNode.all(nodeId, limit).map(fromRow);
  }

  /** Returns the newest job that was created to make the node ready. */
  lastProvisioning(nodeId: string): Job | undefined {
    return one(this.#lastProvisioning.get(nodeId));
  }

  withStatus(status: JobStatus): Job[] {
    return this.#withStatus.all(status).map(fromRow);
  }

  /** Returns the active job of the node. A job that waits for another job is not active. */
  liveOf(nodeId: string): Job | undefined {
    return one(this.#live.get(nodeId));
  }

  /** Returns all jobs of a run, including the jobs that have ended. */
  ofRun(run: string): Job[] {
    return this.#ofRun.all(run).map(fromRow);
  }

  /** Returns the ended jobs whose report the administrator has not received, with the oldest first. */
  reportsDue(): Job[] {
    return this.#reportsDue.all().map(fromRow);
  }

  setReportDue(id: string, due: boolean): void {
    this.#setReportDue.run(Number(due), id);
  }

  countsByKind(): { kind: string; status: string; count: number }[] {
    return this.#kinds.all();
  }

  /**
   * Returns the jobs whose end was recorded after the event `seq`, up to the event `upTo`, each job once. For a job that
   * never started, `seconds` is `undefined`.
   */
  endedAfter(seq: number, upTo: number): { seq: number; kind: string; status: string; seconds: number | undefined }[] {
    return this.#ended.all(seq, upTo).map(({ started_at, ended_at, ...row }) => ({
      ...row,
      seconds: started_at === null || ended_at === null ? undefined : Math.max(0, Date.parse(ended_at) - Date.parse(started_at)) / 1000,
    }));
  }

  /**
   * Returns the time at which the oldest queued job began to wait for its start. Jobs that wait for the time of their
   * next attempt do not count.
   */
  waitingSince(now: Date): string | undefined {
    return this.#waitingSince.get(now.toISOString())?.since ?? undefined;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts.all().map(({ status, count }) => [status, count]));
  }
}

interface EndedRow {
  seq: number;
  kind: string;
  status: string;
  started_at: string | null;
  ended_at: string | null;
}

const one = (row: Row | undefined) => (row ? fromRow(row) : undefined);
