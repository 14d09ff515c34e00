/** Sends a Wake-on-LAN packet to a node. */
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

export async function wakeNode(
  { nodes, events, wake }: Pick<ActPorts, "nodes" | "events" | "wake">,
  { node }: { node: string },
  requester: Requester,
): Promise<{ message: string }> {
  const target = findNode(nodes, node);
  requester.permit({ tool: "wake", nodes: [target] });
  const message = await wake(target);
  events.append({ source: "control", type: "node.wake", summary: `${message}, asked by ${requester.name}`, nodeId: target.id });
  return { message };
}
