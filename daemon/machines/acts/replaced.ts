/**
 * Records that an operator replaced the hardware of a node, for example its board. Muster forgets which machine the node
 * was, and the next machine with its MAC address is the node.
 */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export function machineReplaced(
  { nodes, registry }: Pick<ActPorts, "nodes" | "registry">,
  { node }: { node: string },
  requester: Requester,
): Node {
  const target = findNode(nodes, node);
  requester.permit({ tool: "replaced", nodes: [target] });
  return registry.update(target.id, (was) => {
    const { uuid: _, serial: __, asset: ___, manufacturer: ____, product: _____, ...facts } = was.facts;
    return {
      node: { ...was, facts },
      event: {
        source: "control",
        type: "node.replaced",
        summary: `${requester.name} confirmed another machine; the next machine that boots with its MAC address is ${was.name}`,
      },
    };
  });
}
