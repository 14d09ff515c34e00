/** Defines the routes that list alerts, alert rules and unsent notifications. */
import type * as z from "zod";
import { routes } from "../../contract/routes.ts";
import type { AlertStore } from "../../store/admin/alerts.ts";
import type { Mount } from "../mount.ts";

export interface AlertsApi {
  alerts: AlertStore;
  alertRules(): Omit<z.input<typeof routes.notifications.response>, "waiting">;
}

export function alertsApi(mount: Mount, { alerts, alertRules }: AlertsApi): void {
  mount(routes.listAlerts, ({ limit }) => alerts.list(limit));
  mount(routes.notifications, () => ({ ...alertRules(), waiting: alerts.waiting() }));
}
