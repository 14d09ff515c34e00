/** Records which running execution holds which node. The primary key of the table allows at most one execution per node. */
import type { Db } from "../database.ts";

export interface NodeHold {
  nodeId: string;
  executionId: string;
  /**
   * False if the execution only reads from the node. A job may use the node during a read-only execution. For
   * example, the execution examines a job that hangs.
   */
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

  /** Returns true if an execution is changing this node. No job may start on a node that is being changed. */
  isBeingChanged(nodeId: string): boolean {
    return this.#changed.get(nodeId) !== undefined;
  }

  release(executionId: string): void {
    this.#release.run(executionId);
  }
}
