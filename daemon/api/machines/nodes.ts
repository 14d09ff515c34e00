/** Defines the routes that read nodes and the routes that act on one node. */
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { acceptNode } from "../../machines/acts/accept.ts";
import { addMachine } from "../../machines/acts/add.ts";
import { armNode } from "../../machines/acts/arm.ts";
import { addCard, removeCard } from "../../machines/acts/cards.ts";
import { disarmNode } from "../../machines/acts/disarm.ts";
import { endRescue } from "../../machines/acts/end-rescue.ts";
import { forgetDiscovered } from "../../machines/acts/forget.ts";
import type { ActPorts } from "../../machines/acts/ports.ts";
import { switchPower } from "../../machines/acts/power.ts";
import { promoteNode } from "../../machines/acts/promote.ts";
import { machineReplaced } from "../../machines/acts/replaced.ts";
import { reprovisionNode } from "../../machines/acts/reprovision.ts";
import { rescueNode } from "../../machines/acts/rescue.ts";
import { retireNode } from "../../machines/acts/retire.ts";
import { wakeNode } from "../../machines/acts/wake.ts";
import { wipeNode } from "../../machines/acts/wipe.ts";
import { findNode } from "../../machines/find-node.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface NodesApi extends ActPorts {
  byHand: RequesterOf;
  /** Returns a pcap file with the captured packets of the node. Returns undefined if no packets were captured. */
  capture(node: Node): Uint8Array<ArrayBuffer> | undefined;
}

export function nodesApi(mount: Mount, api: NodesApi): void {
  const { nodes, events, power, byHand } = api;
  mount(routes.listNodes, () => nodes.list());
  mount(routes.getNode, ({ node }) => findNode(nodes, node));
  mount(routes.nodeEvents, ({ node, since, limit }) => events.ofNode(findNode(nodes, node).id, since, limit));
  mount(routes.nodePower, ({ node }) => power.perform(findNode(nodes, node), "status"));
  mount(routes.captureNode, ({ node }, { reply }) => {
    const target = findNode(nodes, node);
    const file = api.capture(target);
    if (!file) throw new MusterError("CAPTURE_EMPTY", `no packets of ${target.name} were captured`);
    reply.header("content-disposition", `attachment; filename="${target.name}.pcap"`);
    return file;
  });

  mount(routes.addNode, (machine, context) => addMachine(api, machine, byHand(context)));
  mount(routes.acceptNode, (input, context) => acceptNode(api, input, byHand(context)));
  mount(routes.forgetNodes, (input, context) => [...forgetDiscovered(api, input, byHand(context, "nodes"))]);
  mount(routes.replaceMachine, (input, context) => machineReplaced(api, input, byHand(context)));
  mount(routes.addCard, (input, context) => addCard(api, input, byHand(context)));
  mount(routes.removeCard, (input, context) => removeCard(api, input, byHand(context)));
  mount(routes.armNode, (input, context) => armNode(api, input, byHand(context)));
  mount(routes.disarmNode, (input, context) => disarmNode(api, input, byHand(context)));
  mount(routes.wipeNode, (input, context) => wipeNode(api, input, byHand(context)));
  mount(routes.rescueNode, (input, context) => rescueNode(api, input, byHand(context)));
  mount(routes.endRescue, (input, context) => endRescue(api, input, byHand(context)));
  mount(routes.retireNode, (input, context) => retireNode(api, input, byHand(context)));
  mount(routes.wakeNode, (input, context) => wakeNode(api, input, byHand(context)));
  mount(routes.powerNode, (input, context) => switchPower(api, input, byHand(context)));
  mount(routes.promoteNode, (input, context) => promoteNode(api, input, byHand(context)));
  mount(routes.reprovisionNode, (input, context) => reprovisionNode(api, input, byHand(context)));
}
