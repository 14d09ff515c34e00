/** Computes the memory of each node that a model may use, from the hardware facts of the node. */
import type { Node } from "../../contract/machines/node.ts";

/** The system of a node, Consul and Nomad need this memory. */
export const RESERVED_MIB = 1024;
const MB_PER_MIB = 1.048576;

export interface NodeMemory {
  node: string;
  /** In MB of 1,000,000 bytes. Undefined if the node never reported its memory. */
  freeMb?: number;
}

/** Only nodes that are ready hold models. */
export const memoryOfNodes = (nodes: readonly Pick<Node, "name" | "state" | "facts">[]): NodeMemory[] =>
  nodes
    .filter(({ state }) => state.phase === "ready")
    .map(({ name, facts: { memoryMb } }) => (memoryMb === undefined ? { node: name } : { node: name, freeMb: freeOf(memoryMb) }));

/** Facts count memory in MiB, as Linux does. */
const freeOf = (memoryMib: number): number => Math.max(0, Math.floor((memoryMib - RESERVED_MIB) * MB_PER_MIB));
