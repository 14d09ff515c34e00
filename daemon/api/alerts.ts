/** Alerts, for whoever looks. */
import { routes } from "../contract/routes.ts";
import type { AlertStore } from "../store/alerts.ts";
import type { Mount } from "./mount.ts";

export interface AlertsApi {
  alerts: AlertStore;
}

export function alertsApi(mount: Mount, { alerts }: AlertsApi): void {
  mount(routes.listAlerts, ({ limit }) => alerts.list(limit));
}
