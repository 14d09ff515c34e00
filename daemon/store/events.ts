/** Stores the list of events, and the last event of each node. Only the events of forgotten nodes are deleted. */
import { Event, type NewEvent } from "../contract/event.ts";
import type { Db } from "./database.ts";

export class EventStore {
  readonly #insert;
  readonly #touch;
  readonly #after;
  readonly #ofNode;
  readonly #latest;
  readonly #ofType;
  readonly #last;
  readonly #epoch;
  readonly #dropOf;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string, string, string | null, string | null, string | null], { seq: number }>(
      "INSERT INTO events (at, source, type, summary, node_id, job_id, detail) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING seq",
    );
    this.#touch = db.prepare<[number, string]>("UPDATE nodes SET last_event = ? WHERE id = ?");
    this.#after = db.prepare<[number, number], Row>("SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?");
    this.#ofNode = db.prepare<[string, number, number], Row>(
      "SELECT * FROM (SELECT * FROM events WHERE node_id = ? AND seq > ? ORDER BY seq DESC LIMIT ?) ORDER BY seq",
    );
    this.#latest = db.prepare<[string, string], Row>(
      "SELECT * FROM events WHERE type = ? AND detail ->> 'process' = ? ORDER BY seq DESC LIMIT 1",
    );
    this.#ofType = db.prepare<[string, number], Row>("SELECT * FROM events WHERE type = ? AND seq > ? ORDER BY seq");
    this.#last = db.prepare<[], { seq: number | null }>("SELECT max(seq) AS seq FROM events");
    this.#dropOf = db.prepare<[string]>("DELETE FROM events WHERE node_id = ?");
    this.#epoch = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
  }

  append(event: NewEvent, at: Date = new Date()): number {
    const detail = event.detail === undefined ? null : JSON.stringify(event.detail);
    const row = this.#insert.get(
      at.toISOString(),
      event.source,
      event.type,
      // Removes control characters. Terminals show the summary, and machines and playbooks can supply parts of the
      // summary.
      event.summary.replace(/\p{Cc}/gu, " "),
      event.nodeId ?? null,
      event.jobId ?? null,
      detail,
    );
    const seq = row?.seq ?? 0;
    if (event.nodeId) this.#touch.run(seq, event.nodeId);
    return seq;
  }

  after(seq: number, limit: number): Event[] {
    return this.#after.all(seq, limit).map(fromRow);
  }

  /** Selects the newest `limit` events of the node after `since`, and returns them in order of time. */
  ofNode(nodeId: string, since: number, limit: number): Event[] {
    return this.#ofNode.all(nodeId, since, limit).map(fromRow);
  }

  /** Returns the last event of this type about one of Muster's processes. */
  latest(type: string, { process }: { process: string }): Event | undefined {
    const row = this.#latest.get(type, process);
    return row && fromRow(row);
  }

  ofType(type: string, after: number): Event[] {
    return this.#ofType.all(type, after).map(fromRow);
  }

  lastSeq(): number {
    return this.#last.get()?.seq ?? 0;
  }

  /** Deletes the timeline of a node that is forgotten. Events without a node stay. */
  dropOf(nodeId: string): void {
    this.#dropOf.run(nodeId);
  }

  /** Returns the random identifier of this database. A client must reload if its sequence numbers are from another database. */
  epoch(): string {
    return this.#epoch.get()?.value ?? "";
  }
}

interface Row {
  seq: number;
  at: string;
  source: string;
  type: string;
  summary: string;
  node_id: string | null;
  job_id: string | null;
  detail: string | null;
}

const fromRow = (row: Row): Event =>
  Event.parse({
    seq: row.seq,
    at: row.at,
    source: row.source,
    type: row.type,
    summary: row.summary,
    ...(row.node_id !== null && { nodeId: row.node_id }),
    ...(row.job_id !== null && { jobId: row.job_id }),
    ...(row.detail !== null && { detail: JSON.parse(row.detail) }),
  });
