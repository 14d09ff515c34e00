/** An alert to raise in a test, with the incident that the rule has when it judges signals without messages. */
import { incidentOfAlert } from "../../daemon/admin/alerts/incident.ts";
import type { AlertRule } from "../../daemon/contract/admin/alert.ts";
import type { NewAlert } from "../../daemon/store/admin/alerts.ts";

export const newAlert = (rule: AlertRule, summary: string, ...nodes: string[]): NewAlert => ({
  rule,
  summary,
  incident: incidentOfAlert(rule, [{ at: "", kind: "node-failed", about: summary, usd: 0, times: 1 }]),
  nodes,
});
