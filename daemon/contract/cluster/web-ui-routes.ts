/** Route to list the web pages of other services. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { WebUi } from "./web-ui.ts";

export const webUiRoutes = {
  webUis: {
    method: "GET",
    path: "/api/web_uis",
    summary: "Pages of Consul, Nomad and the services they know. If Consul is unreachable: 503 with the known pages.",
    access: "viewer",
    otherwise: [503],
    response: z.array(WebUi),
  },
} satisfies Record<string, Route>;
