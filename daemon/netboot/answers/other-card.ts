/**
 * Finds the node that a discovered machine probably is: the same machine that boots by another network card. An operator
 * decides, because a card may have moved to another machine.
 */
import type { Facts, Node } from "../../contract/machines/node.ts";
import type { Mac } from "../../contract/names.ts";
import { isSameMachine } from "../../machines/identity.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import { type EventLimit, recordLimited } from "../event-limit.ts";

export interface OtherCardParts {
  nodes: NodeStore;
  events: EventStore;
  eventLimit: EventLimit;
}

/** Returns the sentence for the waiting machine, and records an event on the timeline of the node. */
export function otherCard({ nodes, ...recording }: OtherCardParts, { id, facts }: Node, said: Facts, mac: Mac): string | undefined {
  const reported = { ...facts, ...said };
  const node = nodes.similar(reported, mac).find((each) => each.id !== id && isSameMachine(each.facts, reported, mac));
  if (!node) return undefined;
  const step = `muster card add ${node.name} ${mac}`;
  const summary = `this machine seems to boot by its other network card ${mac}, which is not a card of ${node.name} yet; to add the card: ${step}`;
  recordLimited(recording, node, { type: "boot.other-card", summary, detail: { mac } });
  return `probably ${node.name} by its other network card; to add the card: ${step}`;
}
