/** The real stores over an in-memory database, for tests that need no process. */

import type { Node, NodeState } from "../../daemon/contract/machines/node.ts";
import { openDatabase } from "../../daemon/store/database.ts";
import { openStores, type Stores, storesOf } from "../../daemon/store/stores.ts";

export type World = Stores;

/** A database in memory that every migration has made. Each world without a file begins with a copy. */
let made: Buffer | undefined;

export function openWorld(file?: string): World {
  if (file !== undefined) return openStores(file);
  made ??= openDatabase(":memory:").serialize();
  return storesOf(openDatabase(made));
}

let serial = 0;

export function addNode(world: World, state: NodeState = { phase: "discovered" }, name?: string): Node {
  serial += 1;
  const hex = serial.toString(16).padStart(6, "0");
  const now = new Date().toISOString();
  const node: Node = {
    id: `id-${serial}`,
    name: name ?? `node-${hex}`,
    macs: [`52:54:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`],
    state,
    facts: {},
    createdAt: now,
    updatedAt: now,
  };
  return world.registry.add(node, { source: "control", type: "node.discovered", summary: "made for a test" });
}
