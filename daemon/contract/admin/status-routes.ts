/** Routes to read the health of the processes, and the events of the whole system. */
import * as z from "zod";
import { Event } from "../event.ts";
import { Profile } from "../machines/node.ts";
import type { Route } from "../route.ts";

export const statusRoutes = {
  health: {
    method: "GET",
    path: "/health",
    summary: "Readiness of the control process",
    access: "public",
    response: z.object({ status: z.enum(["ok", "initializing"]) }),
  },
  status: {
    method: "GET",
    path: "/api/status",
    summary: "Version, processes, and numbers of nodes and jobs",
    access: "viewer",
    response: z.object({
      version: z.string(),
      startedAt: z.string(),
      /** The strongest DHCP mode among all interfaces: `full` before `proxy` before `off`. */
      dhcpMode: z.enum(["off", "proxy", "full"]),
      interfaces: z.array(z.object({ interface: z.string(), address: z.string(), dhcp: z.enum(["off", "proxy", "full"]) })),
      /** The profile that Muster uses to install a node without its own profile. */
      defaultProfile: Profile,
      executor: z.enum(["connected", "disconnected"]),
      netboot: z.object({ alive: z.boolean(), seenAt: z.string().optional() }),
      nodes: z.record(z.string(), z.int()),
      jobs: z.record(z.string(), z.int()),
      seq: z.int(),
    }),
  },
  listEvents: {
    method: "GET",
    path: "/api/events",
    summary: "Events of the whole system after a sequence number",
    access: "viewer",
    query: z.object({ since: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(5000).default(1000) }),
    response: z.array(Event),
  },
} satisfies Record<string, Route>;
