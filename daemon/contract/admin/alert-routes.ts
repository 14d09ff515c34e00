/** Routes to read alerts and the rules that raise them. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { Alert, AlertRule } from "./alert.ts";

export const alertRoutes = {
  listAlerts: {
    method: "GET",
    path: "/api/alerts",
    summary: "Alerts, newest first, with their delivery to the webhook",
    access: "viewer",
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    response: z.array(Alert),
  },
  notifications: {
    method: "GET",
    path: "/api/notifications",
    summary: "The rules that raise alerts, and the state of the webhook",
    access: "viewer",
    response: z.object({
      /** True if a webhook is configured. The webhook's address is a secret and is not returned. */
      webhook: z.boolean(),
      /** Number of alerts that the webhook has not accepted yet. */
      waiting: z.int(),
      repeatMinutes: z.int(),
      /** `when` describes the rule's condition in words. The rule is off if `when` is absent. */
      rules: z.array(z.object({ rule: AlertRule, when: z.string().optional() })),
    }),
  },
} satisfies Record<string, Route>;
