/** Adds a discovered machine to the fleet. The operator may give the machine a new name. */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export interface Accepting {
  node: string;
  name?: string | undefined;
  disk?: string | undefined;
}

export function acceptNode(
  { nodes, registry }: Pick<ActPorts, "nodes" | "registry">,
  { node, name, disk }: Accepting,
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  const parameters = { ...(name !== undefined && { name }), ...(disk !== undefined && { disk }) };
  requester.permit({ tool: "accept", parameters, nodes: [target] });
  return registry.update(target.id, (was) => ({
    node: { ...was, name: name ?? was.name, ...(disk !== undefined && { disk }), state: advance(was.state, { type: "accepted" }) },
    event: {
      source: "control",
      type: "node.accepted",
      summary: `accepted by ${requester.name}${name && name !== was.name ? ` as ${name}` : ""}`,
    },
  }));
}
