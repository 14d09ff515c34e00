/** What of the configuration people are shown on the page: never an address that is a secret. */
import type { AlertsApi } from "../../api/admin/alerts.ts";
import type { ServicesApi } from "../../api/cluster/services.ts";
import type { AlertSettings } from "../../config/alerts.ts";
import type { Config } from "../../config/config.ts";
import type { AlertRule } from "../../contract/admin/alert.ts";
import type { Log } from "../../log/log.ts";
import { webUiFinder } from "./services.ts";

export function shownSettings({ services, alerts }: Config, log: Log): Pick<ServicesApi, "webUis"> & Pick<AlertsApi, "alertRules"> {
  const webUis = webUiFinder(services, log.child({ part: "services" }));
  return { webUis: () => webUis.find(), alertRules: () => rulesInWords(alerts) };
}

export function rulesInWords(settings: AlertSettings): ReturnType<AlertsApi["alertRules"]> {
  const times = (rule: AlertRule, limit: { count: number; minutes: number } | null) => ({
    rule,
    ...(limit && { when: `${limit.count} within ${limit.minutes} min` }),
  });
  const { error_rate: share, cost } = settings;
  return {
    webhook: settings.webhook_file !== undefined,
    repeatMinutes: settings.repeat_minutes,
    rules: [
      times("failed-logins", settings.failed_logins),
      times("policy-violations", settings.policy_violations),
      times("refusals", settings.refusals),
      times("node-failures", settings.node_failures),
      { rule: "error-rate", ...(share && { when: `${share.percent} % of at least ${share.least} within ${share.minutes} min` }) },
      { rule: "cost", ...(cost && { when: `${cost.usd} USD within ${cost.hours} h` }) },
    ],
  };
}
