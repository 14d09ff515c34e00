/** The pages of other services people go to from here. */
import * as z from "zod";
import type { Route } from "../route.ts";

/** An address that is followed by a click: never one that runs something. */
const WebAddress = z.url({ protocol: /^https?$/ });

/** What cannot be reached says so in its name, as the documented answer does, and in `reason` why. */
export const WebUi = z.object({
  name: z.string(),
  url: WebAddress,
  status: z.enum(["reachable", "unreachable"]).optional(),
  reason: z.string().optional(),
});
export type WebUi = z.output<typeof WebUi>;

export const webUiRoutes = {
  webUis: {
    method: "GET",
    path: "/api/web_uis",
    summary: "Pages of Consul, Nomad and the services they know; 503 with what is known where Consul is not reached",
    access: "viewer",
    otherwise: [503],
    response: z.array(WebUi),
  },
} satisfies Record<string, Route>;
