/** How many alerts call for somebody now, on every page. */
import { useSyncExternalStore } from "react";
import { usePage } from "../parts/page-context.ts";
import { alertsHref } from "../parts/route.ts";
import { isFiring } from "./alert-words.ts";
import { useAlerts } from "./use-alerts.ts";

export function AlertsLink({ here }: { here: boolean }) {
  const { clock } = usePage();
  const { alerts = [] } = useAlerts();
  const firing = useSyncExternalStore(clock.subscribe, () => alerts.filter((alert) => isFiring(alert, clock.nowMs())).length);
  return (
    <a className="alerts-link" href={alertsHref} aria-current={here ? "page" : undefined}>
      Alerts
      {firing > 0 && (
        <span className="count" title={`${firing} within the last hour`}>
          {firing}
        </span>
      )}
    </a>
  );
}
