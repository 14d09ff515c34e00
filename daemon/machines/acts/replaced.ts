/**
 * Records that an operator replaced the hardware of a node, for example its board. Muster forgets which machine the node
 * was, and the next machine with its MAC address is the node.
 */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";

export const machineReplaced = ({ nodes, registry }: Pick<ActPorts, "nodes" | "registry">, { node }: { node: string }, by: string): Node =>
  registry.update(findNode(nodes, node).id, (was) => {
    const { uuid: _, serial: __, asset: ___, manufacturer: ____, product: _____, ...facts } = was.facts;
    return {
      node: { ...was, facts },
      event: {
        source: "control",
        type: "node.replaced",
        summary: `${by} confirmed another machine; the next machine that boots with its MAC address is ${was.name}`,
      },
    };
  });
