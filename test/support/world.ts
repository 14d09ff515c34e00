/** The real stores over an in-memory database, for tests that need no process. */

import type { Node, NodeState } from "../../daemon/contract/machines/node.ts";
import { openStores, type Stores } from "../../daemon/store/stores.ts";

export type World = Stores;

export const openWorld = (file = ":memory:"): World => openStores(file);

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
