/** Changes racks and rooms, and the places of machines in them. Control refuses a place that another machine occupies. */
import { type Placed, placeWords, type Rack, type RackPlace } from "../../../contract/machines/rack.ts";
import { MusterError } from "../../../errors/errors.ts";
import type { EventStore } from "../../../store/events.ts";
import type { NodeStore } from "../../../store/machines/nodes.ts";
import type { RackStore } from "../../../store/machines/racks.ts";
import { findNode } from "../../find-node.ts";
import { whyNotThere } from "../../places.ts";
import type { Requester } from "../requester.ts";

export interface RackPorts {
  nodes: NodeStore;
  events: EventStore;
  racks: RackStore;
}

/** Returns the occupied places. The rack place of a retired node counts as free. */
export const placesIn = ({ racks, nodes }: Pick<RackPorts, "racks" | "nodes">): (Placed & { nodeId: string })[] =>
  racks.places().flatMap((place) => {
    const node = nodes.findById(place.nodeId);
    return node && node.state.phase !== "retired" ? [{ ...place, node: node.name }] : [];
  });

export function saveRack(ports: RackPorts, wanted: Rack, requester: Requester): Rack {
  const { racks, events } = ports;
  if (wanted.kind === "rack" && wanted.columns !== 1) throw new MusterError("REQUEST_INVALID", "columns: a rack has one");
  const held = placesIn(ports).filter(({ rack }) => rack === wanted.name);
  const why = held.map((place) => whyNotThere(place, wanted, [])).find((reason) => reason !== undefined);
  if (why !== undefined) throw new MusterError("PLACE_REFUSED", why);
  requester.permit({ tool: "rack_save", parameters: { ...wanted } });
  const isNew = !racks.find(wanted.name);
  racks.save(wanted);
  const summary = `the ${wanted.kind} ${wanted.name} was ${isNew ? "added" : "changed"} by ${requester.name}`;
  events.append({ source: "control", type: "rack.saved", summary });
  return wanted;
}

export function removeRack({ racks, events }: RackPorts, { rack }: { rack: string }, requester: Requester): string {
  const { kind } = existing(racks, rack);
  requester.permit({ tool: "rack_remove", parameters: { name: rack } });
  racks.remove(rack);
  events.append({ source: "control", type: "rack.removed", summary: `the ${kind} ${rack} was removed by ${requester.name}` });
  return `the ${kind} ${rack} is removed`;
}

export function placeNode(ports: RackPorts, { node, ...place }: RackPlace & { node: string }, requester: Requester): Placed {
  const { nodes, racks, events } = ports;
  const target = findNode(nodes, node);
  if (target.state.phase === "retired") throw new MusterError("NODE_WRONG_PHASE", `node: ${target.name} is retired`);
  const rack = existing(racks, place.rack);
  const others = placesIn(ports).filter((other) => other.rack === rack.name && other.nodeId !== target.id);
  const why = whyNotThere(place, rack, others);
  if (why !== undefined) throw new MusterError("PLACE_REFUSED", why);
  requester.permit({ tool: "place", parameters: { ...place }, nodes: [target] });
  racks.place({ ...place, nodeId: target.id });
  const summary = `placed in ${rack.name}, ${placeWords(place, rack.kind)}, by ${requester.name}`;
  events.append({ source: "control", type: "node.placed", summary, nodeId: target.id });
  return { ...place, node: target.name };
}

export function unplaceNode({ nodes, racks, events }: RackPorts, { node }: { node: string }, requester: Requester): string {
  const target = findNode(nodes, node);
  requester.permit({ tool: "unplace", nodes: [target] });
  if (racks.unplace(target.id))
    events.append({ source: "control", type: "node.unplaced", summary: `removed from its rack by ${requester.name}`, nodeId: target.id });
  return `${target.name} has no place in a rack`;
}

function existing(racks: RackStore, name: string): Rack {
  const rack = racks.find(name);
  if (!rack) throw new MusterError("RACK_NOT_FOUND", `rack: there is no rack ${name}`);
  return rack;
}
