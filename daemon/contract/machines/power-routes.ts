/** Routes to switch machines on or off, and to read their power state. */
import * as z from "zod";
import { NodeRef } from "../names.ts";
import type { Route } from "../route.ts";
import { PowerAction, PowerResult } from "./power.ts";

export const powerRoutes = {
  wakeNode: {
    method: "POST",
    path: "/api/nodes/:node/wake",
    summary: "Send a Wake-on-LAN packet to every MAC address of this node",
    access: "operator",
    byHand: ["wake"],
    params: NodeRef,
    status: 202,
    response: z.object({ message: z.string() }),
  },
  powerNode: {
    method: "POST",
    path: "/api/nodes/:node/power",
    summary: "Switch a machine with its power driver. The response comes when the driver is done.",
    access: "operator",
    byHand: ["power"],
    params: NodeRef,
    /** `confirm` must repeat the node's name for actions that cut the node's power. */
    body: z.strictObject({ action: PowerAction.exclude(["status"]), confirm: z.string().max(100).optional() }),
    response: PowerResult,
  },
  nodePower: {
    method: "GET",
    path: "/api/nodes/:node/power",
    summary: "Power state of a machine, read from its power driver now",
    access: "operator",
    params: NodeRef,
    response: PowerResult,
  },
} satisfies Record<string, Route>;
