/** Adds a network card to a node, or removes a card. A node is the machine with any of its cards. */
import type { Node } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import type { ActPorts } from "./ports.ts";

const MOST_CARDS = 64;

export interface CardOf {
  node: string;
  mac: Mac;
}

type Ports = Pick<ActPorts, "nodes" | "registry">;

/** If a machine that was only ever discovered has this card, the node takes its place. */
export function addCard({ nodes, registry }: Ports, { node, mac }: CardOf, by: string): Node {
  return registry.update(findNode(nodes, node).id, (was) => {
    const holder = nodes.findByMac(mac);
    if (holder?.id === was.id) throw new MusterError("REQUEST_INVALID", `mac: ${was.name} already has ${mac}`);
    if (holder && (holder.state.phase !== "discovered" || holder.macs.length > 1))
      throw new MusterError(
        "REQUEST_INVALID",
        `mac: ${mac} belongs to ${holder.name}; remove it there first: muster card remove ${holder.name} ${mac}`,
      );
    if (was.macs.length >= MOST_CARDS) throw new MusterError("REQUEST_INVALID", `mac: ${was.name} has ${MOST_CARDS} network cards already`);
    if (holder) registry.forget([holder]);
    return {
      node: { ...was, macs: [...was.macs, mac] },
      event: { source: "control", type: "node.card-added", summary: `${by} added the network card ${mac}` },
    };
  });
}

/** The next machine that boots by a removed card is discovered as a machine of its own. */
export function removeCard({ nodes, registry }: Ports, { node, mac }: CardOf, by: string): Node {
  return registry.update(findNode(nodes, node).id, (was) => {
    if (!was.macs.includes(mac)) throw new MusterError("REQUEST_INVALID", `mac: ${was.name} has no network card ${mac}`);
    if (was.macs.length === 1)
      throw new MusterError(
        "REQUEST_INVALID",
        `mac: ${mac} is the only network card of ${was.name}; add another one first: muster card add ${was.name} MAC`,
      );
    return {
      node: { ...was, macs: was.macs.filter((each) => each !== mac) },
      event: { source: "control", type: "node.card-removed", summary: `${by} removed the network card ${mac}` },
    };
  });
}
