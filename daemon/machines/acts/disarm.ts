/**
 * Disarms a node that has not booted since it was armed (prepared for an install or a wipe). The node returns to its
 * previous phase.
 */
import type { Node } from "../../contract/machines/node.ts";
import { findNode } from "../find-node.ts";
import { advance } from "../phases.ts";
import type { ActPorts } from "./ports.ts";

export const disarmNode = ({ nodes, registry }: Pick<ActPorts, "nodes" | "registry">, { node }: { node: string }, by: string): Node =>
  registry.update(findNode(nodes, node).id, (was) => ({
    node: { ...was, state: advance(was.state, { type: "disarmed" }) },
    event: { source: "control", type: "node.disarmed", summary: `disarmed by ${by}` },
  }));
