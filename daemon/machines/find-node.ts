/** Finds a node by its name, by any of its MAC addresses, or by its id. */
import type { Node } from "../contract/machines/node.ts";
import { Mac } from "../contract/names.ts";
import { MusterError } from "../errors/errors.ts";
import type { NodeStore } from "../store/machines/nodes.ts";

export function findNode(nodes: NodeStore, reference: string): Node {
  const mac = Mac.safeParse(reference);
  const node = nodes.findByName(reference) ?? (mac.success ? nodes.findByMac(mac.data) : undefined) ?? nodes.findById(reference);
  if (!node) throw new MusterError("NODE_NOT_FOUND", `no node has the name or MAC address ${reference}`);
  return node;
}
