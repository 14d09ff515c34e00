/**
 * Stores alerts and the state of their delivery. An undelivered alert stays in the table across restarts until the
 * webhook confirms the alert.
 */
import type * as z from "zod";
import { Alert, type AlertRule } from "../../contract/admin/alert.ts";
import { Incident } from "../../contract/changes/incident.ts";
import type { Db } from "../database.ts";

/** The runbooks of an alert are not stored, because they depend on the runbook files. */
const StoredAlert = Alert.omit({ runbooks: true }).extend({ incident: Incident });
export type StoredAlert = z.output<typeof StoredAlert>;

export interface NewAlert {
  rule: AlertRule;
  summary: string;
  incident: Incident;
  nodes: string[];
}

export class AlertStore {
  readonly #insert;
  readonly #recent;
  readonly #due;
  readonly #delivered;
  readonly #failed;
  readonly #lasts;
  readonly #counts;
  readonly #waiting;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string, string, string, string | null], { id: number }>(
      "INSERT INTO alerts (rule, at, summary, incident, nodes, next_try_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
    );
    this.#recent = db.prepare<[number], Row>("SELECT * FROM alerts ORDER BY id DESC LIMIT ?");
    this.#due = db.prepare<[string, string], Row>(
      "SELECT * FROM alerts WHERE next_try_at IS NOT NULL AND (next_try_at <= ? OR next_try_at > ?) ORDER BY id LIMIT 20",
    );
    this.#delivered = db.prepare<[string, number]>(
      "UPDATE alerts SET delivered_at = ?, next_try_at = NULL, error = NULL, tries = tries + 1 WHERE id = ?",
    );
    this.#failed = db.prepare<[string, string | null, number]>(
      "UPDATE alerts SET error = ?, next_try_at = ?, tries = tries + 1 WHERE id = ?",
    );
    this.#lasts = db.prepare<[], { rule: AlertRule; at: string }>("SELECT rule, max(at) AS at FROM alerts GROUP BY rule");
    this.#counts = db.prepare<[], { rule: AlertRule; count: number }>("SELECT rule, count(*) AS count FROM alerts GROUP BY rule");
    this.#waiting = db.prepare<[], { count: number }>("SELECT count(*) AS count FROM alerts WHERE next_try_at IS NOT NULL");
  }

  raise({ rule, summary, incident, nodes }: NewAlert, at: string, deliver: boolean): number {
    return this.#insert.get(rule, at, summary, JSON.stringify(incident), JSON.stringify(nodes), deliver ? at : null)?.id ?? 0;
  }

  due(now: string, latest: string): StoredAlert[] {
    return this.#due.all(now, latest).map(fromRow);
  }

  delivered(id: number, at: string): void {
    this.#delivered.run(at, id);
  }

  /** Records a failed attempt. If `nextTryAt` is undefined, Muster never sends the alert again. */
  failed(id: number, error: string, nextTryAt: string | undefined): void {
    this.#failed.run(error, nextTryAt ?? null, id);
  }

  lastRaised(): Map<AlertRule, string> {
    return new Map(this.#lasts.all().map(({ rule, at }) => [rule, at]));
  }

  /** Returns the newest alerts first. */
  list(limit: number): StoredAlert[] {
    return this.#recent.all(limit).map(fromRow);
  }

  counts(): { rule: AlertRule; count: number }[] {
    return this.#counts.all();
  }

  waiting(): number {
    return this.#waiting.get()?.count ?? 0;
  }
}

interface Row {
  id: number;
  rule: string;
  at: string;
  summary: string;
  incident: string;
  nodes: string;
  tries: number;
  next_try_at: string | null;
  delivered_at: string | null;
  error: string | null;
}

const fromRow = (row: Row): StoredAlert =>
  StoredAlert.parse({
    id: row.id,
    rule: row.rule,
    at: row.at,
    summary: row.summary,
    incident: JSON.parse(row.incident),
    nodes: JSON.parse(row.nodes),
    delivery: deliveryOf(row),
    tries: row.tries,
    ...(row.delivered_at !== null && { deliveredAt: row.delivered_at }),
    ...(row.error !== null && { error: row.error }),
  });

function deliveryOf({ next_try_at, delivered_at, tries }: Row): Alert["delivery"] {
  if (delivered_at !== null) return "delivered";
  if (next_try_at !== null) return "waiting";
  return tries > 0 ? "given-up" : "none";
}
