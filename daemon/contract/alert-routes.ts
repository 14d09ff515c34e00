/** Alerts, for whoever looks. */
import * as z from "zod";
import { Alert } from "./alert.ts";
import type { Route } from "./route.ts";

export const alertRoutes = {
  listAlerts: {
    method: "GET",
    path: "/api/alerts",
    summary: "Alerts that were raised, newest first, and whether the webhook took them",
    access: "viewer",
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    response: z.array(Alert),
  },
} satisfies Record<string, Route>;
