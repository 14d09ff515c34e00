/** The jobs and how far each one's events have been taken in. At most one live job a node: an index says so. */
import { Job, type JobStatus } from "../contract/job.ts";
import { MusterError } from "../errors.ts";
import type { Db } from "./database.ts";

export class JobStore {
  readonly #insert;
  readonly #update;
  readonly #byId;
  readonly #recent;
  readonly #ofNode;
  readonly #lastProvisioning;
  readonly #withStatus;
  readonly #live;
  readonly #offset;
  readonly #setOffset;
  readonly #counts;
  readonly #kinds;
  readonly #ended;
  readonly #waitingSince;
  readonly #reportsDue;
  readonly #setReportDue;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string | null, string, string, string, string, number, string, string]>(
      `INSERT INTO jobs (id, kind, purpose, playbook, node_id, node_name, status, attempt, requested_by, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = db.prepare<[string, number, number, string | null, string | null, string | null, string | null, string]>(
      "UPDATE jobs SET status = ?, attempt = ?, interruptions = ?, retry_at = ?, started_at = ?, ended_at = ?, result = ? WHERE id = ?",
    );
    this.#byId = db.prepare<[string], Row>("SELECT * FROM jobs WHERE id = ?");
    this.#recent = db.prepare<[number], Row>("SELECT * FROM jobs ORDER BY created_at DESC, id DESC LIMIT ?");
    this.#ofNode = db.prepare<[string, number], Row>("SELECT * FROM jobs WHERE node_id = ? ORDER BY created_at DESC, id DESC LIMIT ?");
    this.#lastProvisioning = db.prepare<[string], Row>(
      "SELECT * FROM jobs WHERE node_id = ? AND purpose IS NULL ORDER BY created_at DESC, id DESC LIMIT 1",
    );
    this.#withStatus = db.prepare<[string], Row>("SELECT * FROM jobs WHERE status = ? ORDER BY created_at, id");
    this.#live = db.prepare<[string], Row>("SELECT * FROM jobs WHERE node_id = ? AND status IN ('queued', 'running', 'cancelling')");
    this.#offset = db.prepare<[string], { events_offset: number }>("SELECT events_offset FROM jobs WHERE id = ?");
    this.#setOffset = db.prepare<[number, string]>("UPDATE jobs SET events_offset = ? WHERE id = ?");
    this.#kinds = db.prepare<[], { kind: string; status: string; count: number }>(
      "SELECT kind, status, count(*) AS count FROM jobs GROUP BY kind, status",
    );
    this.#ended = db.prepare<[number], EndedRow>(
      `SELECT e.seq, j.kind, j.status, j.started_at, j.ended_at FROM events e JOIN jobs j ON j.id = e.job_id
       WHERE e.seq > ? AND e.type IN ('job.succeeded', 'job.failed', 'job.timed-out', 'job.cancelled') ORDER BY e.seq`,
    );
    this.#waitingSince = db.prepare<[string], { since: string | null }>(
      `SELECT min(coalesce(retry_at, created_at)) AS since FROM jobs WHERE status = 'queued' AND (retry_at IS NULL OR retry_at <= ?)`,
    );
    this.#reportsDue = db.prepare<[], Row>("SELECT * FROM jobs WHERE report_due = 1 ORDER BY ended_at, id LIMIT 100");
    this.#setReportDue = db.prepare<[number, string]>("UPDATE jobs SET report_due = ? WHERE id = ?");
    this.#counts = db.prepare<[], { status: string; count: number }>("SELECT status, count(*) AS count FROM jobs GROUP BY status");
  }

  add(job: Job): void {
    if (this.liveOf(job.nodeId)) throw new MusterError("JOB_IN_PROGRESS", `Provisioning for ${job.nodeName} is already in progress.`);
    const { id, kind, purpose = null, playbook, nodeId, nodeName, status, attempt, requestedBy, createdAt } = job;
    this.#insert.run(id, kind, purpose, playbook, nodeId, nodeName, status, attempt, requestedBy, createdAt);
  }

  save(job: Job): void {
    const result = job.result === undefined ? null : JSON.stringify(job.result);
    const { status, attempt, interruptions = 0, retryAt = null, startedAt = null, endedAt = null } = job;
    this.#update.run(status, attempt, interruptions, retryAt, startedAt, endedAt, result, job.id);
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

  /** The newest that was to make the node ready. */
  lastProvisioning(nodeId: string): Job | undefined {
    return one(this.#lastProvisioning.get(nodeId));
  }

  withStatus(status: JobStatus): Job[] {
    return this.#withStatus.all(status).map(fromRow);
  }

  /** The queued or running job of a node, if there is one. */
  liveOf(nodeId: string): Job | undefined {
    return one(this.#live.get(nodeId));
  }

  /** Byte offset in `events.ndjson` up to which the events are in the database. */
  eventsOffset(id: string): number {
    return this.#offset.get(id)?.events_offset ?? 0;
  }

  setEventsOffset(id: string, offset: number): void {
    this.#setOffset.run(offset, id);
  }

  /** Ended, and the administrator has not been told yet: oldest first. */
  reportsDue(): Job[] {
    return this.#reportsDue.all().map(fromRow);
  }

  setReportDue(id: string, due: boolean): void {
    this.#setReportDue.run(Number(due), id);
  }

  countsByKind(): { kind: string; status: string; count: number }[] {
    return this.#kinds.all();
  }

  /** The jobs whose end was recorded after the event `seq`, each once; one that never began took no time. */
  endedAfter(seq: number): { seq: number; kind: string; status: string; seconds: number | undefined }[] {
    return this.#ended.all(seq).map(({ started_at, ended_at, ...row }) => ({
      ...row,
      seconds: started_at === null || ended_at === null ? undefined : Math.max(0, Date.parse(ended_at) - Date.parse(started_at)) / 1000,
    }));
  }

  /** Since when the job waits that waits longest for a free place; one that waits for its retry's time does not count. */
  waitingSince(now: Date): string | undefined {
    return this.#waitingSince.get(now.toISOString())?.since ?? undefined;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts.all().map(({ status, count }) => [status, count]));
  }
}

interface Row {
  id: string;
  kind: string;
  purpose: string | null;
  playbook: string;
  node_id: string;
  node_name: string;
  status: string;
  attempt: number;
  interruptions: number;
  retry_at: string | null;
  requested_by: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  result: string | null;
}

interface EndedRow {
  seq: number;
  kind: string;
  status: string;
  started_at: string | null;
  ended_at: string | null;
}

const one = (row: Row | undefined) => (row ? fromRow(row) : undefined);

const fromRow = (row: Row): Job =>
  Job.parse({
    id: row.id,
    kind: row.kind,
    ...(row.purpose !== null && { purpose: row.purpose }),
    playbook: row.playbook,
    nodeId: row.node_id,
    nodeName: row.node_name,
    status: row.status,
    attempt: row.attempt,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    ...(row.interruptions > 0 && { interruptions: row.interruptions }),
    ...(row.retry_at !== null && { retryAt: row.retry_at }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.result !== null && { result: JSON.parse(row.result) }),
  });
