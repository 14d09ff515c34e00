/** Removes old ended jobs and old events. Keeps what the present state of nodes and jobs needs. */
import type { Db } from "../database.ts";

export class HistoryStore {
  readonly #removeJobs;
  readonly #removeEvents;

  constructor(db: Db) {
    // The newest job and the newest provisioning job of a node stay, because the node's status shows them. A job stays if its
    // report is due, or if another job waits for it.
    this.#removeJobs = db.prepare<[string, number]>(
      `DELETE FROM jobs WHERE id IN (
         SELECT old.id FROM jobs old WHERE old.ended_at < ? AND old.report_due = 0
           AND EXISTS (SELECT 1 FROM jobs newer WHERE newer.node_id = old.node_id AND newer.created_at > old.created_at)
           AND (old.purpose IS NOT NULL OR EXISTS (SELECT 1 FROM jobs newer
             WHERE newer.node_id = old.node_id AND newer.purpose IS NULL AND newer.created_at > old.created_at))
           AND old.id NOT IN (SELECT after_job FROM jobs WHERE status = 'waiting' AND after_job IS NOT NULL)
         ORDER BY old.ended_at LIMIT ?)`,
    );
    // The last event of a node is part of the node. The last event of all gives the position of the live feed.
    this.#removeEvents = db.prepare<[string, number]>(
      `DELETE FROM events WHERE seq IN (
         SELECT old.seq FROM events old WHERE old.at < ? AND old.seq < (SELECT max(seq) FROM events)
           AND old.seq NOT IN (SELECT last_event FROM nodes WHERE last_event IS NOT NULL)
         ORDER BY old.at LIMIT ?)`,
    );
  }

  /** Removes at most `limit` jobs that ended before this time. Returns their number. */
  removeJobs(before: string, limit: number): number {
    return this.#removeJobs.run(before, limit).changes;
  }

  /** Removes at most `limit` events of before this time. Returns their number. */
  removeEvents(before: string, limit: number): number {
    return this.#removeEvents.run(before, limit).changes;
  }
}
