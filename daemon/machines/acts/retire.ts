/** Retires a node: removes it from the fleet, its rack, the inventory and the known hosts. The node's disk is not changed. */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import { requireConfirmed, requireIdle } from "./checks.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export interface Retiring {
  node: string;
  confirm?: string | undefined;
}

export async function retireNode(
  { nodes, jobs, registry, racks, forget }: Pick<ActPorts, "nodes" | "jobs" | "registry" | "racks" | "forget">,
  { node, confirm }: Retiring,
  requester: Requester,
): Promise<Node> {
  const target = findNode(nodes, node);
  requireConfirmed(target, confirm);
  requireIdle(jobs, target);
  requester.permit({ tool: "retire", nodes: [target], typed: confirm });
  // A retired node is removed from the files again, because an earlier attempt may have failed halfway.
  const retired =
    target.state.phase === "retired"
      ? target
      : registry.update(target.id, (was) => ({
          node: { ...was, state: advance(was.state, { type: "retired", at: new Date().toISOString() }) },
          event: { source: "control", type: "node.retired", summary: `retired by ${requester.name}` },
        }));
  // The node's place in the rack becomes free, because another node may need the place.
  racks.unplace(retired.id);
  await forget(retired);
  return retired;
}
