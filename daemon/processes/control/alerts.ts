/** Alerts as the configuration wants them: the watch always, the delivery where there is a webhook. */
import { readFileSync } from "node:fs";
import { Delivery, type DeliveryParts } from "../../admin/alerts/delivery.ts";
import type { Rules } from "../../admin/alerts/rules.ts";
import { AlertWatch, type WatchParts } from "../../admin/alerts/watch.ts";
import type { AlertSettings } from "../../config/alerts.ts";
import { MusterError } from "../../errors/errors.ts";

export function startAlerts(
  settings: AlertSettings,
  parts: Omit<WatchParts, "rules" | "deliver" | "log"> & { log: DeliveryParts["log"] },
): { stop(): Promise<void> } {
  const webhook = settings.webhook_file === undefined ? undefined : webhookOf(settings.webhook_file);
  const watch = new AlertWatch({ ...parts, rules: rulesOf(settings), deliver: webhook !== undefined }).start();
  const delivery = webhook && new Delivery({ alerts: parts.alerts, webhook, log: parts.log }).start();
  return {
    stop: async () => {
      watch.stop();
      await delivery?.stop();
    },
  };
}

const rulesOf = (settings: AlertSettings): Rules => ({
  failedLogins: settings.failed_logins,
  policyViolations: settings.policy_violations,
  refusals: settings.refusals,
  nodeFailures: settings.node_failures,
  errorRate: settings.error_rate,
  cost: settings.cost,
  repeatMinutes: settings.repeat_minutes,
});

/** The address itself is the credential: no message names it. */
function webhookOf(file: string): URL {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MusterError("CONFIG_INVALID", `alerts.webhook_file: cannot read ${file}`, { cause });
  }
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new MusterError("CONFIG_INVALID", `alerts.webhook_file: ${file} does not hold one address that begins with https:// or http://`);
  return new URL(text);
}
