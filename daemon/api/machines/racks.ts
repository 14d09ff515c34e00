/**
 * Defines the routes about racks and about the places of nodes in racks. Control refuses a place in a rack if another
 * node occupies it.
 */
import { type Placed, placeWords, type Rack } from "../../contract/machines/rack.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../../machines/find-node.ts";
import { whyNotThere } from "../../machines/places.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { RackStore } from "../../store/machines/racks.ts";
import type { Mount } from "../mount.ts";

export interface RacksApi {
  nodes: NodeStore;
  events: EventStore;
  racks: RackStore;
}

export function racksApi(mount: Mount, { nodes, events, racks }: RacksApi): void {
  const tell = (type: string, summary: string, nodeId?: string) =>
    events.append({ source: "control", type, summary, ...(nodeId !== undefined && { nodeId }) });
  const existing = (name: string): Rack => {
    const rack = racks.find(name);
    if (!rack) throw new MusterError("RACK_NOT_FOUND", `rack: there is no rack ${name}`);
    return rack;
  };
  /** Returns the occupied places. The rack place of a retired node counts as free. */
  const placed = (): (Placed & { nodeId: string })[] =>
    racks.places().flatMap((place) => {
      const node = nodes.findById(place.nodeId);
      return node && node.state.phase !== "retired" ? [{ ...place, node: node.name }] : [];
    });

  mount(routes.listRacks, () => ({ racks: racks.list(), places: placed().map(({ nodeId: _, ...place }) => place) }));

  mount(routes.saveRack, (wanted, { caller }) => {
    if (wanted.kind === "rack" && wanted.columns !== 1) throw new MusterError("REQUEST_INVALID", "columns: a rack has one");
    const held = placed().filter(({ rack }) => rack === wanted.name);
    const why = held.map((place) => whyNotThere(place, wanted, [])).find((reason) => reason !== undefined);
    if (why !== undefined) throw new MusterError("PLACE_REFUSED", why);
    const isNew = !racks.find(wanted.name);
    racks.save(wanted);
    tell("rack.saved", `the ${wanted.kind} ${wanted.name} was ${isNew ? "added" : "changed"} by ${caller.name}`);
    return wanted;
  });

  mount(routes.removeRack, ({ rack }, { caller }) => {
    const { kind } = existing(rack);
    racks.remove(rack);
    tell("rack.removed", `the ${kind} ${rack} was removed by ${caller.name}`);
    return { message: `the ${kind} ${rack} is removed` };
  });

  mount(routes.placeNode, ({ node, ...place }, { caller }) => {
    const target = findNode(nodes, node);
    if (target.state.phase === "retired") throw new MusterError("NODE_WRONG_PHASE", `node: ${target.name} is retired`);
    const rack = existing(place.rack);
    const others = placed().filter((other) => other.rack === rack.name && other.nodeId !== target.id);
    const why = whyNotThere(place, rack, others);
    if (why !== undefined) throw new MusterError("PLACE_REFUSED", why);
    racks.place({ ...place, nodeId: target.id });
    tell("node.placed", `placed in ${rack.name}, ${placeWords(place, rack.kind)}, by ${caller.name}`, target.id);
    return { ...place, node: target.name };
  });

  mount(routes.unplaceNode, ({ node }, { caller }) => {
    const target = findNode(nodes, node);
    if (racks.unplace(target.id)) tell("node.unplaced", `removed from its rack by ${caller.name}`, target.id);
    return { message: `${target.name} has no place in a rack` };
  });
}
