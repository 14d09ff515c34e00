/** Reads the data for alerts and metrics. The data describes ended jobs, and audit records without people's names. */
import type { AuditAction } from "../../contract/audit/audit.ts";
import type { ExecutionStatus } from "../../contract/changes/execution.ts";
import type { Db } from "../database.ts";

export interface TypedEvent {
  at: string;
  type: string;
  summary: string;
  node: string | null;
}

export interface AuditedAct {
  seq: number;
  at: string;
  action: AuditAction;
  summary: string;
  result: string | null;
  rule: string | null;
  costUsd: number | null;
  keyId: string;
  role: string;
  planHash: string | null;
}

export interface EndedExecution {
  id: string;
  status: ExecutionStatus;
  startedAt: string | null;
  endedAt: string;
}

/** The number of audit records of one kind within a range of sequence numbers. */
export interface HappeningCount {
  action: AuditAction;
  result: string | null;
  /** The policy rule. Null for every result except `deny`. */
  rule: string | null;
  /** The summary of the record. Null for every action except a failed login and an invalid proposal. */
  summary: string | null;
  /** The outcome of a proposal. Null for every other record. */
  intent: "planned" | "refused" | "invalid" | null;
  /** The minute of a proposal, such as `2026-03-01T10:00`. Null for every other record. */
  minute: string | null;
  /** The tool or runbook of an ended execution. Null for every other record. */
  operation: string | null;
  count: number;
  costUsd: number;
}

/** Returns the number of failed logins that one record stands for. Repeated failed logins within one minute share one record. */
export const timesOf = (summary: string | null): number => Number(/ \((\d+) more times\)$/.exec(summary ?? "")?.[1] ?? 1);

export class Happenings {
  readonly #events;
  readonly #lastEvent;
  readonly #acts;
  readonly #ended;
  readonly #tallies;
  readonly #lastAct;
  readonly #approvals;
  readonly #executions;
  readonly #endedSince;
  readonly #executionsSince;

  constructor(db: Db) {
    this.#events = db.prepare<[number, number, string, string], TypedEvent>(
      `SELECT events.at, type, summary, nodes.name AS node FROM events LEFT JOIN nodes ON nodes.id = events.node_id
       WHERE seq > ? AND seq <= ? AND seq >= (SELECT seq FROM events WHERE at >= ? ORDER BY at LIMIT 1)
         AND +type IN (SELECT value FROM json_each(?)) ORDER BY seq`,
    );
    this.#lastEvent = db.prepare<[], { seq: number | null }>("SELECT max(seq) AS seq FROM events");
    this.#acts = db.prepare<[number, string, number], AuditedAct>(
      `SELECT seq, at, action, record ->> '$.summary' AS summary,
         record ->> '$.result' AS result, record ->> '$.rule' AS rule, record ->> '$.costUsd' AS costUsd,
         record ->> '$.actor.keyId' AS keyId, record ->> '$.actor.role' AS role, record ->> '$.planHash' AS planHash
       FROM audit WHERE seq > ? AND seq >= (SELECT seq FROM audit WHERE at >= ? ORDER BY at LIMIT 1) ORDER BY seq LIMIT ?`,
    );
    this.#ended = db.prepare<[string, string], EndedExecution>(
      `SELECT id, status, started_at AS startedAt, ended_at AS endedAt FROM executions
       WHERE ended_at IS NOT NULL AND (ended_at, id) > (?, ?) ORDER BY ended_at, id LIMIT 10000`,
    );
    this.#tallies = db.prepare<[number, number], HappeningCount>(
      `WITH acts AS (
         SELECT action, record, record ->> '$.result' AS result, CASE
             WHEN action = 'proposal' THEN 'planned'
             WHEN action = 'refusal' AND record ->> '$.subject' = 'proposal' THEN 'refused'
             WHEN action = 'refusal' AND record ->> '$.subject' IN ('POST /api/proposals', 'POST /execute-plan')
               AND record ->> '$.result' = 'REQUEST_INVALID' THEN 'invalid'
           END AS intent
         FROM audit WHERE seq > ? AND seq <= ?)
       SELECT action, result, CASE result WHEN 'deny' THEN record ->> '$.rule' END AS rule,
         CASE WHEN action = 'login-failed' OR intent = 'invalid' THEN record ->> '$.summary' END AS summary,
         intent, CASE WHEN intent IS NOT NULL THEN substr(record ->> '$.at', 1, 16) END AS minute,
         CASE action WHEN 'outcome' THEN record ->> '$.operation' END AS operation,
         count(*) AS count, total(record ->> '$.costUsd') AS costUsd
       FROM acts GROUP BY 1, 2, 3, 4, 5, 6, 7`,
    );
    this.#lastAct = db.prepare<[], { seq: number | null }>("SELECT max(seq) AS seq FROM audit");
    this.#approvals = db.prepare<[], { name: string; count: number }>(
      "SELECT state AS name, count(*) AS count FROM approvals GROUP BY state",
    );
    this.#executions = db.prepare<[], { name: string; count: number }>(
      "SELECT status AS name, count(*) AS count FROM executions GROUP BY status",
    );
    this.#executionsSince = db.prepare<[string], { name: string; count: number }>(
      "SELECT status AS name, count(*) AS count FROM executions WHERE ended_at >= ? GROUP BY status",
    );
    this.#endedSince = db.prepare<[string, string], { status: string; count: number }>(
      `SELECT status, count(*) AS count FROM (SELECT status FROM executions WHERE ended_at >= ?
         UNION ALL SELECT status FROM jobs WHERE ended_at >= ?) GROUP BY status`,
    );
  }

  /** Returns the events of these types after the sequence number `after`. Pass `upTo` as `after` in the next call. */
  events(types: readonly string[], after: number, since: string): { events: TypedEvent[]; upTo: number } {
    const upTo = this.#lastEvent.get()?.seq ?? 0;
    return { events: this.#events.all(after, upTo, since, JSON.stringify(types)), upTo };
  }

  acts(after: number, since: string, limit: number): AuditedAct[] {
    return this.#acts.all(after, since, limit);
  }

  executionsEnded(after: Pick<EndedExecution, "endedAt" | "id">): EndedExecution[] {
    return this.#ended.all(after.endedAt, after.id);
  }

  /** Counts the next `limit` audit records after the sequence number `after`. Pass `upTo` as `after` in the next call. */
  tallies(after: number, limit: number): { tallies: HappeningCount[]; upTo: number; more: boolean } {
    const last = this.#lastAct.get()?.seq ?? 0;
    const upTo = Math.min(last, after + limit);
    return { tallies: this.#tallies.all(after, upTo), upTo, more: upTo < last };
  }

  approvals(): Record<string, number> {
    return byName(this.#approvals.all());
  }

  executions(): Record<string, number> {
    return byName(this.#executions.all());
  }

  /** Counts the executions that have ended since the given time, by status. */
  executionsSince(instant: string): Record<string, number> {
    return byName(this.#executionsSince.all(instant));
  }

  /** Counts the jobs and executions that have ended since the given time, by status. */
  endedSince(instant: string): { status: string; count: number }[] {
    return this.#endedSince.all(instant, instant);
  }
}

const byName = (rows: { name: string; count: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ name, count }) => [name, count]));
