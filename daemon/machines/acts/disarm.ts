/**
 * Disarms a node that has not booted since it was armed (prepared for an install or a wipe). The node returns to its
 * previous phase.
 */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export function disarmNode(
  { nodes, registry }: Pick<ActPorts, "nodes" | "registry">,
  { node }: { node: string },
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  advance(target.state, { type: "disarmed" }); // throws in another phase, before the policy decides
  requester.permit({ tool: "disarm", nodes: [target] });
  return registry.update(target.id, (was) => ({
    node: { ...was, state: advance(was.state, { type: "disarmed" }) },
    event: { source: "control", type: "node.disarmed", summary: `disarmed by ${requester.name}` },
  }));
}
