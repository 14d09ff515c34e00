/**
 * Defines the Prometheus metrics of changes, costs, logins and alerts. Control counts these metrics from stored
 * records, so a restart loses no counts.
 */
import { Counter, Gauge, Histogram, type Registry as Metrics } from "prom-client";
import { AlertRule } from "../../contract/admin/alert.ts";
import { ApprovalState } from "../../contract/changes/approval.ts";
import { ExecutionStatus } from "../../contract/changes/execution.ts";
import type { AlertStore } from "../../store/admin/alerts.ts";
import { type HappeningCount, type Happenings, timesOf } from "../../store/admin/happenings.ts";
import { type CatchUp, catchUp } from "./catch-up.ts";
import { operationMetrics } from "./operation-metrics.ts";

export interface GovernanceFigures {
  happenings: Happenings;
  alerts: AlertStore;
}

const HOUR_MS = 3_600_000;
/** The number of audit records in one slice. Control reads one slice in about 10 ms. */
const SLICE = 2000;
const DURATION_BUCKETS = [0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600];
/** A person wanted a cancelled execution to end, so it counts neither as a success nor as a failure. */
const NOT_JUDGED = ["cancelled"];
const FAILED = ["failed", "timed-out", "rolled-back", "partial"];
const DONE = ["succeeded"];

export function governanceMetrics(metrics: Metrics, figures: GovernanceFigures): CatchUp {
  standing(metrics, figures);
  executed(metrics, figures);
  return audited(metrics, figures);
}

function audited(metrics: Metrics, { happenings }: GovernanceFigures): CatchUp {
  const registers = [metrics];
  const proposals = new Counter({
    name: "muster_proposals_total",
    help: "Proposals by people, programs and agents, including dry runs",
    registers,
  });
  const decisions = new Counter({
    name: "muster_decisions_total",
    help: "Plans by the policy's answer, including dry runs",
    labelNames: ["answer"],
    registers,
  });
  const violations = new Counter({
    name: "muster_policy_violations_total",
    help: "Plans denied, by rule",
    labelNames: ["rule"],
    registers,
  });
  const refusals = new Counter({
    name: "muster_refusals_total",
    help: "Refused votes and refused plans, such as a plan whose hash does not match",
    registers,
  });
  const votes = new Counter({ name: "muster_votes_total", help: "Votes by answer", labelNames: ["answer"], registers });
  const logins = new Counter({ name: "muster_logins_total", help: "Logins by outcome", labelNames: ["outcome"], registers });
  const cost = new Counter({ name: "muster_cost_usd_total", help: "Expected cost of executed plans, in USD", registers });
  for (const answer of ["allow", "needs-approval", "deny"]) decisions.inc({ answer }, 0);
  for (const answer of ["approve", "deny"]) votes.inc({ answer }, 0);
  for (const outcome of ["succeeded", "failed"]) logins.inc({ outcome }, 0);

  const takeOperation = operationMetrics(metrics);
  const take = ({ action, result, rule, summary, count, costUsd }: HappeningCount): void => {
    if (action === "proposal") proposals.inc(count);
    else if (action === "vote") votes.inc({ answer: result ?? "" }, count);
    else if (action === "login") logins.inc({ outcome: "succeeded" }, count);
    else if (action === "login-failed") logins.inc({ outcome: "failed" }, count * timesOf(summary));
    else if (action === "outcome") cost.inc(costUsd);
    else if (action === "decision") decisions.inc({ answer: result ?? "" }, count);
    else if (action === "refusal" && result === "refused") refusals.inc(count);
    else if (action === "refusal" && result === "deny") {
      decisions.inc({ answer: "deny" }, count);
      violations.inc({ rule: rule ?? "" }, count);
    }
  };

  let seen = 0;
  return catchUp(() => {
    const { tallies, upTo, more } = happenings.tallies(seen, SLICE);
    for (const tally of tallies) {
      take(tally);
      takeOperation(tally);
    }
    seen = upTo;
    return more;
  });
}

function standing(metrics: Metrics, { happenings, alerts }: GovernanceFigures): void {
  const registers = [metrics];
  new Gauge({
    name: "muster_approvals",
    help: "Approvals by state",
    labelNames: ["state"],
    registers,
    collect() {
      const counts = happenings.approvals();
      for (const state of ApprovalState.options) this.set({ state }, counts[state] ?? 0);
    },
  });
  new Gauge({
    name: "muster_executions",
    help: "Executions of plans by status",
    labelNames: ["status"],
    registers,
    collect() {
      const counts = happenings.executions();
      for (const status of ExecutionStatus.options) this.set({ status }, counts[status] ?? 0);
    },
  });
  new Gauge({
    name: "muster_alerts_raised",
    help: "Alerts raised since this database was made, by rule",
    labelNames: ["rule"],
    registers,
    collect() {
      for (const rule of AlertRule.options) this.set({ rule }, 0);
      for (const { rule, count } of alerts.counts()) this.set({ rule }, count);
    },
  });
  new Gauge({
    name: "muster_alerts_waiting",
    help: "Alerts that are not delivered to the webhook yet",
    registers,
    collect() {
      this.set(alerts.waiting());
    },
  });
}

function executed(metrics: Metrics, { happenings }: GovernanceFigures): void {
  const registers = [metrics];
  let last = { endedAt: "", id: "" };
  new Histogram({
    name: "muster_execution_duration_seconds",
    help: "Duration of ended executions, from begin to end",
    labelNames: ["status"],
    buckets: DURATION_BUCKETS,
    registers,
    collect() {
      for (const { id, status, startedAt, endedAt } of happenings.executionsEnded(last)) {
        if (startedAt !== null) this.observe({ status }, Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1000);
        last = { endedAt, id };
      }
    },
  });
  new Gauge({
    name: "muster_plan_success_ratio",
    help: "Share of succeeded executions among those that ended within the last hour, without cancelled ones; 1 if none ended",
    registers,
    collect() {
      const ended = happenings.executionsSince(new Date(Date.now() - HOUR_MS).toISOString());
      const judged = Object.entries(ended).filter(([status]) => !NOT_JUDGED.includes(status));
      const all = judged.reduce((sum, [, count]) => sum + count, 0);
      this.set(all === 0 ? 1 : (ended.succeeded ?? 0) / all);
    },
  });
  new Gauge({
    name: "muster_error_ratio",
    help: "Share of failed jobs and executions among those that ended within the last hour; 0 if none ended",
    registers,
    collect() {
      const ended = happenings.endedSince(new Date(Date.now() - HOUR_MS).toISOString());
      const sum = (statuses: string[]) => ended.reduce((total, { status, count }) => total + (statuses.includes(status) ? count : 0), 0);
      const failed = sum(FAILED);
      this.set(failed === 0 ? 0 : failed / (failed + sum(DONE)));
    },
  });
}
