/**
 * Defines the metrics of intents and operations. An intent is a proposal of a caller. An operation is the tool or the runbook
 * of an executed plan.
 */
import { Counter, Gauge, type Registry as Metrics } from "prom-client";
import type { HappeningCount } from "../../store/admin/happenings.ts";
import { timesOf } from "../../store/admin/happenings.ts";

const OTHER = "other";
/** A site has a few hundred tools and runbooks. The names after this number share one series. */
const MOST_OPERATIONS = 500;
const HOUR_MINUTES = 60;

/** Takes each tally of the audit once. */
export function operationMetrics(metrics: Metrics): (tally: HappeningCount) => void {
  const registers = [metrics];
  const lastHour = new Map<string, { planned: number; all: number }>();
  const intents = new Counter({
    name: "muster_intents_total",
    help: "Proposals by outcome: planned, refused because no plan could be made, or invalid as a request",
    labelNames: ["outcome"],
    registers,
  });
  const operations = new Counter({
    name: "muster_operations_total",
    help: "Ended executions by the tool or runbook of the plan, and by status",
    labelNames: ["operation", "status"],
    registers,
  });
  const cost = new Counter({
    name: "muster_operation_cost_usd_total",
    help: "Expected cost of the executed plans, in USD, by the tool or runbook of the plan",
    labelNames: ["operation"],
    registers,
  });
  new Gauge({
    name: "muster_intent_success_ratio",
    help: "Share of proposals within the last hour that led to a plan; 1 if there was no proposal",
    registers,
    collect() {
      forgetOld(lastHour);
      const sums = [...lastHour.values()].reduce((sum, { planned, all }) => ({ planned: sum.planned + planned, all: sum.all + all }), {
        planned: 0,
        all: 0,
      });
      this.set(sums.all === 0 ? 1 : sums.planned / sums.all);
    },
  });
  for (const outcome of ["planned", "refused", "invalid"]) intents.inc({ outcome }, 0);

  const names = new Set<string>();
  return (tally) => {
    const { intent, minute, operation, result, costUsd, count, summary } = tally;
    if (intent !== null) {
      const times = intent === "invalid" ? count * timesOf(summary) : count;
      intents.inc({ outcome: intent }, times);
      const { planned, all } = lastHour.get(minute ?? "") ?? { planned: 0, all: 0 };
      lastHour.set(minute ?? "", { planned: planned + (intent === "planned" ? times : 0), all: all + times });
      forgetOld(lastHour);
    }
    if (operation !== null) {
      if (names.size < MOST_OPERATIONS) names.add(operation);
      const name = names.has(operation) ? operation : OTHER;
      operations.inc({ operation: name, status: result ?? "" }, count);
      cost.inc({ operation: name }, costUsd);
    }
  };
}

/** The keys are minutes, such as `2026-03-01T10:00`. */
function forgetOld(minutes: Map<string, unknown>): void {
  const oldest = new Date(Date.now() - HOUR_MINUTES * 60_000).toISOString().slice(0, 16);
  for (const minute of minutes.keys()) if (minute < oldest) minutes.delete(minute);
}
