/** Defines the routes about racks and about the places of nodes in racks. */
import { routes } from "../../contract/routes.ts";
import { placeNode, placesIn, type RackPorts, removeRack, saveRack, unplaceNode } from "../../machines/acts/records/racks.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface RacksApi extends RackPorts {
  byHand: RequesterOf;
}

export function racksApi(mount: Mount, { byHand, ...ports }: RacksApi): void {
  mount(routes.listRacks, () => ({ racks: ports.racks.list(), places: placesIn(ports).map(({ nodeId: _, ...place }) => place) }));
  mount(routes.saveRack, (wanted, context) => saveRack(ports, wanted, byHand(context)));
  mount(routes.removeRack, (which, context) => ({ message: removeRack(ports, which, byHand(context)) }));
  mount(routes.placeNode, (where, context) => placeNode(ports, where, byHand(context)));
  mount(routes.unplaceNode, (which, context) => ({ message: unplaceNode(ports, which, byHand(context)) }));
}
