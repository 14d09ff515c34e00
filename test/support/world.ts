/** The real stores over an in-memory database, for tests that need no process. */

import type { Node, NodeState } from "../../daemon/contract/node.ts";
import { type Db, openDatabase } from "../../daemon/store/database.ts";
import { EventStore } from "../../daemon/store/events.ts";
import { HostKeyStore } from "../../daemon/store/host-keys.ts";
import { JobStore } from "../../daemon/store/jobs.ts";
import { KeyStore } from "../../daemon/store/keys.ts";
import { LeaseTable } from "../../daemon/store/leases.ts";
import { NodeStore } from "../../daemon/store/nodes.ts";
import { Registry } from "../../daemon/store/registry.ts";
import { TokenStore } from "../../daemon/store/tokens.ts";

export interface World {
  db: Db;
  nodes: NodeStore;
  events: EventStore;
  registry: Registry;
  jobs: JobStore;
  tokens: TokenStore;
  keys: KeyStore;
  leases: LeaseTable;
  hostKeys: HostKeyStore;
}

export function openWorld(file = ":memory:"): World {
  const db = openDatabase(file);
  const nodes = new NodeStore(db);
  const events = new EventStore(db);
  return {
    db,
    nodes,
    events,
    registry: new Registry(db, nodes, events),
    jobs: new JobStore(db),
    tokens: new TokenStore(db),
    keys: new KeyStore(db),
    leases: new LeaseTable(db),
    hostKeys: new HostKeyStore(db),
  };
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
