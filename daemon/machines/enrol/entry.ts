/**
 * Records the admission of a machine: pins its host key, stores its address and advances its phase. Runs inside
 * the caller's transaction.
 */
import { randomUUID } from "node:crypto";
import type { CallHome } from "../../contract/machines/call-home.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { HostKeyStore } from "../../store/machines/host-keys.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Registry } from "../../store/machines/registry.ts";
import { deadlineAfter, seconds } from "../deadlines.ts";
import { advance } from "../phases.ts";

export interface EntryParts {
  nodes: NodeStore;
  hostKeys: HostKeyStore;
  registry: Registry;
}

export interface NodeEntry {
  said: Omit<CallHome, "token">;
  name: string;
  macs: string[];
  /** A phrase for the timeline that describes the admission, such as `called home`. */
  how: string;
}

export function enterKnown(parts: EntryParts, node: Node, { said, name, macs, how }: NodeEntry, now: Date): Node {
  settleIn(parts, node, said, now);
  const words = [
    `${how} from ${said.ip_address}`,
    ...(name === node.name ? [] : [`is called ${name} now, before ${node.name}`]),
    ...(said.hostname === name ? [] : [`calls itself ${said.hostname}`]),
  ];
  return parts.registry.update(node.id, (was) => ({
    node: {
      ...was,
      name,
      macs,
      address: said.ip_address,
      facts: { ...was.facts, ...said.facts },
      state: advance(was.state, { type: "called-home", at: now.toISOString(), deadline: deadlineAfter(now, seconds.calledHome) }),
    },
    event: { source: "control", type: "node.called-home", summary: words.join("; ") },
  }));
}

export function enterNew(parts: EntryParts, entry: NodeEntry, now: Date): Node {
  const at = now.toISOString();
  const node: Node = {
    id: randomUUID(),
    name: entry.name,
    macs: entry.macs,
    state: { phase: "accepted" },
    facts: {},
    createdAt: at,
    updatedAt: at,
  };
  const added = parts.registry.add(node, { source: "control", type: "node.accepted", summary: "enrolled with a token" });
  return enterKnown(parts, added, entry, now);
}

function settleIn(
  { nodes, hostKeys, registry }: EntryParts,
  holder: Node,
  { ip_address, ssh_host_key }: NodeEntry["said"],
  now: Date,
): void {
  hostKeys.pin(holder.id, ssh_host_key, now);
  // An expired lease may pass to another machine. Therefore the address is removed from its former node. Otherwise a
  // run for that node would reach the other machine.
  for (const { id } of nodes.findByAddress(ip_address)) {
    if (id === holder.id) continue;
    registry.update(id, ({ address: _, ...was }) => ({
      node: was,
      event: { source: "control", type: "node.address-lost", summary: `its address ${ip_address} now belongs to ${holder.name}` },
    }));
  }
}
