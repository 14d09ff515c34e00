/** Routes about where machines stand. */
import * as z from "zod";
import { NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { Placed, Rack, RackName, RackPlace } from "./rack.ts";

const Done = z.object({ message: z.string() });

export const rackRoutes = {
  listRacks: {
    method: "GET",
    path: "/api/racks",
    summary: "Racks and rooms, and which machine stands where",
    access: "viewer",
    response: z.object({ racks: z.array(Rack), places: z.array(Placed) }),
  },
  saveRack: {
    method: "POST",
    path: "/api/racks",
    summary: "Add a rack or a room, or change its size; refused while a machine stands where nothing would be left",
    access: "operator",
    body: z.strictObject({ ...Rack.shape, columns: Rack.shape.columns.default(1) }),
    response: Rack,
  },
  removeRack: {
    method: "DELETE",
    path: "/api/racks/:rack",
    summary: "Remove a rack or a room; machines in it stand nowhere then",
    access: "operator",
    params: z.object({ rack: RackName }),
    response: Done,
  },
  placeNode: {
    method: "POST",
    path: "/api/nodes/:node/place",
    summary: "Say where a machine stands, or that it has moved",
    access: "operator",
    params: NodeRef,
    body: z.strictObject({ ...RackPlace.shape, column: RackPlace.shape.column.default(1), height: RackPlace.shape.height.default(1) }),
    response: Placed,
  },
  unplaceNode: {
    method: "DELETE",
    path: "/api/nodes/:node/place",
    summary: "Say that a machine stands nowhere yet",
    access: "operator",
    params: NodeRef,
    response: Done,
  },
} satisfies Record<string, Route>;
