/** Ends a rescue, so that the node boots from its disk again. */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export function endRescue(
  { nodes, registry }: Pick<ActPorts, "nodes" | "registry">,
  { node }: { node: string },
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  requester.permit({ tool: "end_rescue", nodes: [target] });
  const summary = `its rescue was ended by ${requester.name}: it boots its disk again`;
  return registry.update(target.id, (was) => ({
    node: { ...was, state: advance(was.state, { type: "rescue-ended" }) },
    event: { source: "control", type: "node.rescue-ended", summary },
  }));
}
