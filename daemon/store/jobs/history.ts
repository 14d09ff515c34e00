/** Removes old ended jobs, events, plans and tokens. Keeps what the present state of nodes, jobs and plans needs. */
import { atomically, type Db } from "../database.ts";

/** Deletes what belongs to these plans, in the order of the references. The parameter is a JSON array of plan ids. */
const EXECUTIONS = "SELECT id FROM executions WHERE plan_id IN (SELECT value FROM json_each(?))";
const partsOfPlans = [
  `DELETE FROM step_acts WHERE execution_id IN (${EXECUTIONS})`,
  `DELETE FROM execution_steps WHERE execution_id IN (${EXECUTIONS})`,
  "DELETE FROM executions WHERE plan_id IN (SELECT value FROM json_each(?))",
  "DELETE FROM approvals WHERE plan_id IN (SELECT value FROM json_each(?))",
  "DELETE FROM plan_keys WHERE plan_id IN (SELECT value FROM json_each(?))",
  "DELETE FROM plans WHERE id IN (SELECT value FROM json_each(?))",
];

export class HistoryStore {
  readonly #db: Db;
  readonly #removeJobs;
  readonly #removeEvents;
  readonly #oldPlans;
  readonly #dropPlans;
  readonly #removeTokens;

  constructor(db: Db) {
    this.#db = db;
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
    // A plan stays while it waits for a decision, may still be executed, is at work or holds a node.
    this.#oldPlans = db.prepare<[string, string, number], { id: string }>(
      `SELECT plans.id FROM plans LEFT JOIN approvals ON approvals.plan_id = plans.id LEFT JOIN executions ON executions.plan_id = plans.id
       WHERE plans.created_at < ? AND (executions.id IS NULL OR executions.ended_at < ?)
         AND (executions.id IS NOT NULL OR approvals.id IS NULL OR approvals.state NOT IN ('pending', 'approved'))
         AND NOT EXISTS (SELECT 1 FROM node_holds WHERE node_holds.execution_id = executions.id)
       ORDER BY plans.created_at LIMIT ?`,
    );
    this.#dropPlans = partsOfPlans.map((text) => db.prepare<[string]>(text));
    this.#removeTokens = db.prepare<[string, number]>(
      "DELETE FROM node_tokens WHERE hash IN (SELECT hash FROM node_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ?)",
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

  /** Removes at most `limit` plans that ended before this time, with their approvals and executions. Returns their number. */
  removePlans(before: string, limit: number): number {
    return atomically(this.#db, () => {
      const ids = this.#oldPlans.all(before, before, limit).map(({ id }) => id);
      for (const drop of this.#dropPlans) drop.run(JSON.stringify(ids));
      return ids.length;
    });
  }

  /** Removes at most `limit` tokens of nodes that expired before this time. Returns their number. */
  removeTokens(before: string, limit: number): number {
    return this.#removeTokens.run(before, limit).changes;
  }
}
