/** Adds a discovered machine to the fleet. The operator may give the machine a new name. */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import type { ActPorts } from "./ports.ts";

export interface Accepting {
  node: string;
  name?: string | undefined;
  disk?: string | undefined;
}

export const acceptNode = ({ nodes, registry }: Pick<ActPorts, "nodes" | "registry">, { node, name, disk }: Accepting, by: string): Node =>
  registry.update(findNode(nodes, node).id, (was) => ({
    node: { ...was, name: name ?? was.name, ...(disk !== undefined && { disk }), state: advance(was.state, { type: "accepted" }) },
    event: {
      source: "control",
      type: "node.accepted",
      summary: `accepted by ${by}${name && name !== was.name ? ` as ${name}` : ""}`,
    },
  }));
