/** Changes a node and appends an event in one transaction. Every change of a node's phase uses this module. */
import type { NewEvent } from "../../contract/event.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { atomically, type Db } from "../database.ts";
import type { EventStore } from "../events.ts";
import type { NodeStore } from "./nodes.ts";

export interface Change {
  node: Node;
  event: Omit<NewEvent, "nodeId">;
}

export class Registry {
  readonly #db: Db;
  readonly #nodes: NodeStore;
  readonly #events: EventStore;

  constructor(db: Db, nodes: NodeStore, events: EventStore) {
    this.#db = db;
    this.#nodes = nodes;
    this.#events = events;
  }

  add(node: Node, event: Change["event"]): Node {
    return atomically(this.#db, () => this.#store({ node, event }));
  }

  /**
   * Calls `change` with the current node while holding the write lock. If `change` throws an error or returns undefined,
   * nothing is saved.
   */
  update(id: string, change: (node: Node) => Change | undefined): Node {
    return atomically(this.#db, () => {
      const node = this.#nodes.findById(id);
      if (!node) throw new MusterError("NODE_NOT_FOUND", `no node with id ${id}`);
      const changed = change(node);
      return changed ? this.#store(changed) : node;
    });
  }

  /** Removes nodes with their timelines, and returns them. The remaining events of the database are not changed. */
  forget(nodes: readonly Node[]): readonly Node[] {
    atomically(this.#db, () => {
      for (const { id } of nodes) {
        this.#events.dropOf(id);
        this.#nodes.remove(id);
      }
    });
    return nodes;
  }

  #store({ node, event }: Change): Node {
    const now = new Date();
    const stored = { ...node, updatedAt: now.toISOString() };
    this.#nodes.save(stored);
    this.#events.append({ ...event, nodeId: node.id }, now);
    return this.#nodes.findById(node.id) ?? stored;
  }
}
