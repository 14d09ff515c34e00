/** Raises alerts by the configured rules, and sends them to the webhook if the configuration names one. */
import { AlertDelivery, type DeliveryParts } from "./delivery.ts";
import type { AlertRules, Threshold } from "./rules.ts";
import { AlertWatch, type WatchParts } from "./watch.ts";

/** The alert rules, as the section `admin.alerts` of the configuration states them. */
export interface AlertConfig {
  repeat_minutes: number;
  failed_logins: Threshold | null;
  policy_violations: Threshold | null;
  refusals: Threshold | null;
  node_failures: Threshold | null;
  error_rate: AlertRules["errorRate"];
  cost: AlertRules["cost"];
  unusual_activity: Threshold | null;
}

export function startAlerts(
  rules: AlertRules,
  webhook: URL | undefined,
  parts: Omit<WatchParts, "rules" | "deliver" | "log"> & Pick<DeliveryParts, "log" | "runbooksFor">,
): { stop(): Promise<void> } {
  const watch = new AlertWatch({ ...parts, rules, deliver: webhook !== undefined }).start();
  const delivery = webhook && new AlertDelivery({ ...parts, webhook }).start();
  return {
    stop: async () => {
      await watch.stop();
      await delivery?.stop();
    },
  };
}

export const alertRulesOf = (settings: AlertConfig): AlertRules => ({
  failedLogins: settings.failed_logins,
  policyViolations: settings.policy_violations,
  refusals: settings.refusals,
  nodeFailures: settings.node_failures,
  errorRate: settings.error_rate,
  cost: settings.cost,
  unusualActivity: settings.unusual_activity,
  repeatMinutes: settings.repeat_minutes,
});
