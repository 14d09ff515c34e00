/** Which steps of a plan come next, which are undone, and what it all came to. Pure. */
import type { ExecutionStatus, StepResult } from "../../contract/changes/execution.ts";
import type { Plan, PlanStep } from "../../contract/changes/plan.ts";

export type Results = ReadonlyMap<string, StepResult>;

const succeeded = (results: Results, id: string): boolean => results.get(id)?.status === "succeeded";

/** Steps not begun yet whose forerunners all succeeded, in the plan's order: one for each machine, and none for one that is at work. */
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

/** After this no further step is begun. Where nothing is changed, a look that fails hides none of the others. */
export const hasFailed = ({ steps }: Plan, results: Results): boolean =>
  steps.some(({ risk }) => risk !== "read") &&
  steps.some(({ id }) => ["failed", "timed-out", "unknown", "cancelled"].includes(results.get(id)?.status ?? ""));

/** What is not known cannot be gone back from. */
export const isUnsure = ({ steps, rollback }: Plan, results: Results): boolean =>
  [...steps, ...rollback.map(({ step }) => step)].some(({ id }) => results.get(id)?.status === "unknown");

/** What takes back what succeeded, newest first. */
export const undoing = ({ rollback }: Plan, results: Results): PlanStep[] =>
  rollback.filter(({ undoes }) => succeeded(results, undoes)).map(({ step }) => step);

export interface Outcome {
  status: ExecutionStatus;
  error?: string;
}

/** `because`: nothing further was begun although nothing had failed. */
export function outcomeOf(plan: Plan, results: Results, because: "stopped" | "lost" | undefined): Outcome {
  const { steps, rollback } = plan;
  if (steps.every(({ id }) => succeeded(results, id))) return { status: "succeeded" };
  const failed = steps.find(({ id }) => ["failed", "timed-out"].includes(results.get(id)?.status ?? ""));
  const error =
    failed && `step ${failed.id} (${failed.tool}${failed.target === undefined ? "" : ` on ${failed.target}`}) ${why(results, failed.id)}`;
  if (isUnsure(plan, results)) return { status: "unknown", error: error ?? "how a step ended is not known; nothing further was begun" };
  const changed = steps.filter(({ id, risk }) => risk !== "read" && succeeded(results, id));
  if (because === "lost")
    return changed.length > 0
      ? { status: "partial", error: "the executor was lost in the middle; nothing further was begun, and nothing taken back" }
      : { status: "failed", error: "the executor was lost in the middle, before any change had succeeded; nothing further was begun" };
  const undone = changed.filter(({ id }) => rollback.some(({ undoes, step }) => undoes === id && succeeded(results, step.id)));
  if (!failed) return { status: "cancelled", error: changed.length === 0 ? "stopped" : "stopped; what was done stays done" };
  if (changed.length === 0) return { status: results.get(failed.id)?.status === "timed-out" ? "timed-out" : "failed", error: error ?? "" };
  if (undone.length === changed.length) return { status: "rolled-back", error: error ?? "" };
  return { status: "partial", error: `${error}; ${changed.length - undone.length} of ${changed.length} changes could not be taken back` };
}

function why(results: Results, id: string): string {
  const result = results.get(id);
  return result?.status === "timed-out" ? "took too long" : `failed${result?.error === undefined ? "" : `: ${result.error}`}`;
}
