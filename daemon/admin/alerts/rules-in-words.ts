/** Describes the alert rules for the page. The page does not show the webhook's address, because the address is a secret. */
import type { AlertRule } from "../../contract/admin/alert.ts";
import type { AlertRules, Threshold } from "./rules.ts";

export interface ShownRules {
  webhook: boolean;
  repeatMinutes: number;
  rules: { rule: AlertRule; when?: string }[];
}

export function rulesInWords(rules: AlertRules, webhook: boolean): ShownRules {
  const times = (rule: AlertRule, limit: Threshold | null) => ({
    rule,
    ...(limit && { when: `${limit.count} within ${limit.minutes} min` }),
  });
  const { errorRate: share, cost } = rules;
  return {
    webhook,
    repeatMinutes: rules.repeatMinutes,
    rules: [
      times("failed-logins", rules.failedLogins),
      times("policy-violations", rules.policyViolations),
      times("refusals", rules.refusals),
      times("node-failures", rules.nodeFailures),
      { rule: "error-rate", ...(share && { when: `${share.percent} % of at least ${share.least} within ${share.minutes} min` }) },
      times("unusual-activity", rules.unusualActivity),
      { rule: "cost", ...(cost && { when: `${cost.usd} USD within ${cost.hours} h` }) },
    ],
  };
}
