/** Which node belongs to which execution at work. One execution a node: the table's key says so. */
import type { Db } from "../database.ts";

export interface NodeHold {
  nodeId: string;
  executionId: string;
  /** One that only looks leaves a node to its job: a node whose job hangs is the very one to look at. */
  changes: boolean;
}

export class NodeHoldStore {
  readonly #insert;
  readonly #all;
  readonly #changed;
  readonly #release;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, number]>("INSERT INTO node_holds (node_id, execution_id, changes) VALUES (?, ?, ?)");
    this.#all = db.prepare<[], { node_id: string; execution_id: string; changes: number }>("SELECT * FROM node_holds");
    this.#changed = db.prepare<[string], { node_id: string }>("SELECT node_id FROM node_holds WHERE node_id = ? AND changes = 1");
    this.#release = db.prepare<[string]>("DELETE FROM node_holds WHERE execution_id = ?");
  }

  add({ nodeId, executionId, changes }: NodeHold): void {
    this.#insert.run(nodeId, executionId, Number(changes));
  }

  all(): NodeHold[] {
    return this.#all.all().map((row) => ({ nodeId: row.node_id, executionId: row.execution_id, changes: row.changes === 1 }));
  }

  /** An execution is changing this node: no job may begin on it. */
  isBeingChanged(nodeId: string): boolean {
    return this.#changed.get(nodeId) !== undefined;
  }

  release(executionId: string): void {
    this.#release.run(executionId);
  }
}
