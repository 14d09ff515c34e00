/** Marks a node for rescue. From then on, the node's network boots load the rescue system. The node's disks are not changed. */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import { requireIdle, requireOwnKernel } from "./checks.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export function rescueNode(
  { nodes, jobs, registry, requireBootFiles }: Pick<ActPorts, "nodes" | "jobs" | "registry" | "requireBootFiles">,
  { node }: { node: string },
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  requireIdle(jobs, target);
  requireOwnKernel(target);
  requireBootFiles("rescue");
  requester.permit({ tool: "rescue", nodes: [target] });
  return registry.update(target.id, (was) => ({
    node: { ...was, state: advance(was.state, { type: "rescue-asked", at: new Date().toISOString() }) },
    event: {
      source: "control",
      type: "node.rescue",
      summary: `to be rescued, asked by ${requester.name}: its network boots get the rescue system`,
    },
  }));
}
