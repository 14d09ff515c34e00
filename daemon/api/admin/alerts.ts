/** Defines the routes that list alerts, alert rules and unsent notifications. */
import type * as z from "zod";
import type { AlertRunbook } from "../../contract/admin/alert.ts";
import { routes } from "../../contract/routes.ts";
import type { AlertStore, StoredAlert } from "../../store/admin/alerts.ts";
import type { Mount } from "../mount.ts";

export interface AlertsApi {
  alerts: AlertStore;
  /** Returns the matching runbooks, the best match first. */
  runbooksFor(alert: StoredAlert): AlertRunbook[];
  alertRules(): Omit<z.input<typeof routes.notifications.response>, "waiting">;
}

export function alertsApi(mount: Mount, { alerts, alertRules, runbooksFor }: AlertsApi): void {
  mount(routes.listAlerts, ({ limit }) => alerts.list(limit).map((alert) => ({ ...alert, runbooks: runbooksFor(alert) })));
  mount(routes.notifications, () => ({ ...alertRules(), waiting: alerts.waiting() }));
}
