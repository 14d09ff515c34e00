/** Decides the next steps of a plan, the steps of its rollback, and its result. All functions in this file are pure. */
import { listed } from "../../changes/plans/targets.ts";
import type { ExecutionStatus, StepResult } from "../../contract/changes/execution.ts";
import type { Plan, PlanStep } from "../../contract/changes/plan.ts";

export type Results = ReadonlyMap<string, StepResult>;

const succeeded = (results: Results, id: string): boolean => results.get(id)?.status === "succeeded";

/**
 * Returns the steps that can start now. A step can start if all steps before it have succeeded and no step is running on its
 * machine. Returns at most one step for each machine.
 */
export function readySteps({ steps }: Plan, results: Results, atWork: ReadonlySet<string>): PlanStep[] {
  const taken = new Set(atWork);
  return steps.filter(({ id, after, target }) => {
    if (results.has(id) || !after.every((before) => succeeded(results, before))) return false;
    if (target === undefined) return true;
    if (taken.has(target)) return false;
    taken.add(target);
    return true;
  });
}

/**
 * Returns true if a step of a plan with changes has failed, so that no further step starts. In a read-only plan, all steps
 * run despite a failure.
 */
export const hasFailed = ({ steps }: Plan, results: Results): boolean =>
  steps.some(({ risk }) => risk !== "read") &&
  steps.some(({ id }) => ["failed", "timed-out", "unknown", "cancelled"].includes(results.get(id)?.status ?? ""));

/** Returns true if the result of a step is unknown. A step with an unknown result cannot be undone. */
export const isUnsure = ({ steps, rollback }: Plan, results: Results): boolean =>
  [...steps, ...rollback.map(({ step }) => step)].some(({ id }) => results.get(id)?.status === "unknown");

/** Returns the rollback steps that undo the successful steps, with the newest first. */
export const undoing = ({ rollback }: Plan, results: Results): PlanStep[] =>
  rollback.filter(({ undoes }) => succeeded(results, undoes)).map(({ step }) => step);

export interface ExecutionEnd {
  status: ExecutionStatus;
  error?: string;
  /** Present if the executor ended in the middle of the plan. */
  interrupted?: true;
}

/** Returns the result of a plan. `because` is the reason why no further step started although no step failed. */
export function endOfPlan(plan: Plan, results: Results, because: "stopped" | "lost" | undefined): ExecutionEnd {
  const { steps, rollback } = plan;
  if (steps.every(({ id }) => succeeded(results, id))) return { status: "succeeded" };
  const failed = steps.find(({ id }) => ["failed", "timed-out"].includes(results.get(id)?.status ?? ""));
  if (because === "lost") return { ...interruptedEnd(plan, results), interrupted: true };
  const error =
    failed && `step ${failed.id} (${failed.tool}${failed.target === undefined ? "" : ` on ${failed.target}`}) ${why(results, failed.id)}`;
  if (isUnsure(plan, results)) return { status: "unknown", error: error ?? "the end of a step is not known; no further step was begun" };
  const changed = steps.filter(({ id, risk }) => risk !== "read" && succeeded(results, id));
  const undone = changed.filter(({ id }) => rollback.some(({ undoes, step }) => undoes === id && succeeded(results, step.id)));
  if (!failed) return { status: "cancelled", error: changed.length === 0 ? "stopped" : "stopped; completed changes stay" };
  if (changed.length === 0) return { status: results.get(failed.id)?.status === "timed-out" ? "timed-out" : "failed", error: error ?? "" };
  if (undone.length === changed.length) return { status: "rolled-back", error: error ?? "" };
  return { status: "partial", error: `${error}; ${changed.length - undone.length} of ${changed.length} changes could not be undone` };
}

/** Reports what was done and what was not. The status is `unknown` if the result of a step is. */
function interruptedEnd(plan: Plan, results: Results): ExecutionEnd {
  const { steps, rollback } = plan;
  const withStatus = (...statuses: string[]) => steps.filter(({ id }) => statuses.includes(results.get(id)?.status ?? "skipped"));
  const undone = rollback.filter(({ step }) => succeeded(results, step.id)).map(({ undoes }) => undoes);
  const done = withStatus("succeeded").filter(({ id }) => !undone.includes(id));
  const parts: [string, string[]][] = [
    ["done", done.map(({ id }) => id)],
    ["undone", undone],
    ["failed", withStatus("failed", "timed-out").map(({ id }) => id)],
    ["cut off", withStatus("unknown", "cancelled").map(({ id }) => id)],
    ["not begun", withStatus("skipped").map(({ id }) => id)],
  ];
  const report = parts.flatMap(([what, ids]) => (ids.length > 0 ? [`${what}: ${listed(ids)}`] : []));
  const error = ["the executor ended in the middle; no further step was begun", ...report].join("; ");
  if (isUnsure(plan, results)) return { status: "unknown", error };
  if (done.some(({ risk }) => risk !== "read")) return { status: "partial", error };
  return { status: undone.length > 0 ? "rolled-back" : "failed", error };
}

function why(results: Results, id: string): string {
  const result = results.get(id);
  return result?.status === "timed-out" ? "took too long" : `failed${result?.error === undefined ? "" : `: ${result.error}`}`;
}
