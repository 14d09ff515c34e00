/** Adds a network card to a node, or removes a card. A node is the machine with any of its cards. */
import type { Node } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

const MOST_CARDS = 64;

export interface CardOf {
  node: string;
  mac: Mac;
}

type Ports = Pick<ActPorts, "nodes" | "registry">;

/** If a machine that was only ever discovered has this card, the node takes its place. */
export function addCard({ nodes, registry }: Ports, { node, mac }: CardOf, requester: Requester): Node {
  const target = findNode(nodes, node);
  takenPlace(nodes, target, mac);
  requester.permit({ tool: "card_add", parameters: { mac }, nodes: [target] });
  return registry.update(target.id, (was) => {
    const holder = takenPlace(nodes, was, mac);
    if (holder) registry.forget([holder]);
    return {
      node: { ...was, macs: [...was.macs, mac] },
      event: { source: "control", type: "node.card-added", summary: `${requester.name} added the network card ${mac}` },
    };
  });
}

/** Returns the discovered machine whose place the node takes. Throws if the node cannot have this card. */
function takenPlace(nodes: Ports["nodes"], node: Node, mac: Mac): Node | undefined {
  const holder = nodes.findByMac(mac);
  if (holder?.id === node.id) throw new MusterError("REQUEST_INVALID", `mac: ${node.name} already has ${mac}`);
  if (holder && (holder.state.phase !== "discovered" || holder.macs.length > 1))
    throw new MusterError(
      "REQUEST_INVALID",
      `mac: ${mac} belongs to ${holder.name}; remove it there first: muster card remove ${holder.name} ${mac}`,
    );
  if (node.macs.length >= MOST_CARDS) throw new MusterError("REQUEST_INVALID", `mac: ${node.name} has ${MOST_CARDS} network cards already`);
  return holder;
}

/** The next machine that boots by a removed card is discovered as a machine of its own. */
export function removeCard({ nodes, registry }: Ports, { node, mac }: CardOf, requester: Requester): Node {
  const target = findNode(nodes, node);
  requireSpare(target, mac);
  requester.permit({ tool: "card_remove", parameters: { mac }, nodes: [target] });
  return registry.update(target.id, (was) => {
    requireSpare(was, mac);
    return {
      node: { ...was, macs: was.macs.filter((each) => each !== mac) },
      event: { source: "control", type: "node.card-removed", summary: `${requester.name} removed the network card ${mac}` },
    };
  });
}

function requireSpare({ name, macs }: Node, mac: Mac): void {
  if (!macs.includes(mac)) throw new MusterError("REQUEST_INVALID", `mac: ${name} has no network card ${mac}`);
  if (macs.length === 1)
    throw new MusterError(
      "REQUEST_INVALID",
      `mac: ${mac} is the only network card of ${name}; add another one first: muster card add ${name} MAC`,
    );
}
