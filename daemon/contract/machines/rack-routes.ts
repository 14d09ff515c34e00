/** Routes for racks and rooms, and for the positions of machines in racks and rooms. */
import * as z from "zod";
import { NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { Placed, Rack, RackName, RackPlace } from "./rack.ts";

const Done = z.object({ message: z.string() });

export const rackRoutes = {
  listRacks: {
    method: "GET",
    path: "/api/racks",
    summary: "Racks and rooms, with the place of each machine",
    access: "viewer",
    response: z.object({ racks: z.array(Rack), places: z.array(Placed) }),
  },
  saveRack: {
    method: "POST",
    path: "/api/racks",
    summary: "Add a rack or a room, or change its size. Refused if a machine would lose its place.",
    access: "operator",
    byHand: ["rack_save"],
    body: z.strictObject({ ...Rack.shape, columns: Rack.shape.columns.default(1) }),
    response: Rack,
  },
  removeRack: {
    method: "DELETE",
    path: "/api/racks/:rack",
    summary: "Remove a rack or a room. Its machines lose their places.",
    access: "operator",
    byHand: ["rack_remove"],
    params: z.object({ rack: RackName }),
    response: Done,
  },
  placeNode: {
    method: "POST",
    path: "/api/nodes/:node/place",
    summary: "Set the place of a machine",
    access: "operator",
    byHand: ["place"],
    params: NodeRef,
    body: z.strictObject({ ...RackPlace.shape, column: RackPlace.shape.column.default(1), height: RackPlace.shape.height.default(1) }),
    response: Placed,
  },
  unplaceNode: {
    method: "DELETE",
    path: "/api/nodes/:node/place",
    summary: "Clear the place of a machine",
    access: "operator",
    byHand: ["unplace"],
    params: NodeRef,
    response: Done,
  },
} satisfies Record<string, Route>;
