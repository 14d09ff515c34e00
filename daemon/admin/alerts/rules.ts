/** Decides which alerts to raise. The function is pure: its arguments are the signals, the earlier alerts and the time. */
import type { AlertRule } from "../../contract/admin/alert.ts";
import type { NewAlert } from "../../store/admin/alerts.ts";
import { incidentOfAlert, nodesOf } from "./incident.ts";
import type { Signal } from "./signals.ts";

export interface Threshold {
  count: number;
  minutes: number;
}

/** The alert rules. A rule that is null raises no alerts. */
export interface AlertRules {
  failedLogins: Threshold | null;
  policyViolations: Threshold | null;
  refusals: Threshold | null;
  nodeFailures: Threshold | null;
  errorRate: { percent: number; least: number; minutes: number } | null;
  cost: { usd: number; hours: number } | null;
  /** Counts the changes and proposals of each key separately. */
  unusualActivity: Threshold | null;
  /** The number of minutes after an alert in which the same rule raises no other alert. */
  repeatMinutes: number;
}

/** `seen` are the signals that caused the alert. */
const raised = (rule: AlertRule, summary: string, seen: readonly Signal[]): NewAlert => ({
  rule,
  summary,
  incident: incidentOfAlert(rule, seen),
  nodes: nodesOf(seen),
});

const EXAMPLES = 3;
const EXAMPLE_CHARACTERS = 200;

export function judge(rules: AlertRules, signals: readonly Signal[], lastRaised: ReadonlyMap<AlertRule, string>, now: Date): NewAlert[] {
  /**
   * Returns the signals in the rule's time window that no alert has covered yet. Returns no signals if the rule raised
   * an alert less than `repeatMinutes` ago.
   */
  const fresh = (rule: AlertRule, minutes: number): Signal[] => {
    const last = lastRaised.get(rule);
    if (last !== undefined && now.getTime() < Date.parse(last) + rules.repeatMinutes * 60_000) return [];
    const from = new Date(now.getTime() - minutes * 60_000).toISOString();
    return signals.filter(({ at }) => at > from && (last === undefined || at > last));
  };
  const counted = (rule: AlertRule, threshold: Threshold | null, kind: Signal["kind"], what: string): NewAlert[] => {
    if (threshold === null) return [];
    const seen = fresh(rule, threshold.minutes).filter((signal) => signal.kind === kind);
    const times = seen.reduce((sum, signal) => sum + signal.times, 0);
    if (times < threshold.count) return [];
    return [raised(rule, `${what}: ${times} within ${threshold.minutes} min (${examples(seen)})`, seen)];
  };
  return [
    ...counted("failed-logins", rules.failedLogins, "login-failed", "failed logins"),
    ...counted("policy-violations", rules.policyViolations, "denied", "plans denied by the policy"),
    ...counted("refusals", rules.refusals, "refused", "requests refused"),
    ...counted("node-failures", rules.nodeFailures, "node-failed", "node failures"),
    ...errorRate(rules, fresh),
    ...cost(rules, fresh),
    ...unusualActivity(rules, fresh),
  ];
}

type Fresh = (rule: AlertRule, minutes: number) => Signal[];

function errorRate({ errorRate: rule }: AlertRules, fresh: Fresh): NewAlert[] {
  if (rule === null) return [];
  const ended = fresh("error-rate", rule.minutes).filter(({ kind }) => kind === "work-done" || kind === "work-failed");
  const failed = ended.filter(({ kind }) => kind === "work-failed");
  const percent = ended.length === 0 ? 0 : (100 * failed.length) / ended.length;
  if (ended.length < rule.least || percent < rule.percent) return [];
  const share = `${failed.length} of ${ended.length} jobs and executions (${Math.round(percent)} %)`;
  return [raised("error-rate", `${share} failed within ${rule.minutes} min (${examples(failed)})`, failed)];
}

function cost({ cost: rule }: AlertRules, fresh: Fresh): NewAlert[] {
  if (rule === null) return [];
  const spent = fresh("cost", rule.hours * 60).filter(({ kind }) => kind === "spent");
  const usd = spent.reduce((sum, signal) => sum + signal.usd, 0);
  if (usd < rule.usd) return [];
  return [raised("cost", `executions cost ${usd.toFixed(2)} USD within ${rule.hours} h; the limit is ${rule.usd} USD`, spent)];
}

function unusualActivity({ unusualActivity: rule }: AlertRules, fresh: Fresh): NewAlert[] {
  if (rule === null) return [];
  const acts = fresh("unusual-activity", rule.minutes).filter(({ kind }) => kind === "acted");
  const busy = [...Map.groupBy(acts, ({ keyId }) => keyId)].filter(([, own]) => own.length >= rule.count);
  if (busy.length === 0) return [];
  const keys = busy.slice(0, EXAMPLES).map(([keyId, own]) => `${own.length} with the key ${keyId}`);
  const seen = busy.flatMap(([, own]) => own);
  return [
    raised("unusual-activity", `many changes and proposals within ${rule.minutes} min: ${keys.join(", ")} (${examples(seen)})`, seen),
  ];
}

/** Returns the longest time window of all rules, in minutes. */
export const longestMinutes = ({
  failedLogins,
  policyViolations,
  refusals,
  nodeFailures,
  errorRate,
  cost,
  unusualActivity: activity,
}: AlertRules): number =>
  Math.max(
    0,
    ...[failedLogins, policyViolations, refusals, nodeFailures, errorRate, activity].map((rule) => rule?.minutes ?? 0),
    (cost?.hours ?? 0) * 60,
  );

function examples(signals: readonly Signal[]): string {
  const last = signals
    .slice(-EXAMPLES)
    .map(({ about }) => (about.length > EXAMPLE_CHARACTERS ? `${about.slice(0, EXAMPLE_CHARACTERS)}…` : about));
  return `${signals.length > EXAMPLES ? "…; " : ""}${last.join("; ")}`;
}
