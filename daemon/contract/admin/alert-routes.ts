/** Alerts, for whoever looks. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { Alert, AlertRule } from "./alert.ts";

export const alertRoutes = {
  listAlerts: {
    method: "GET",
    path: "/api/alerts",
    summary: "Alerts that were raised, newest first, and whether the webhook took them",
    access: "viewer",
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    response: z.array(Alert),
  },
  notifications: {
    method: "GET",
    path: "/api/notifications",
    summary: "What raises an alert, and whether alerts are posted to a webhook",
    access: "viewer",
    response: z.object({
      /** Its address is a secret. */
      webhook: z.boolean(),
      /** Alerts it has not taken yet. */
      waiting: z.int(),
      repeatMinutes: z.int(),
      /** `when` in words; left out: the rule is off. */
      rules: z.array(z.object({ rule: AlertRule, when: z.string().optional() })),
    }),
  },
} satisfies Record<string, Route>;
