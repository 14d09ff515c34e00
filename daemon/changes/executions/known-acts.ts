/**
 * Completes the report about an interrupted execution. The executor cannot know how Muster's own actions (acts) ended, but
 * control has recorded it. The function is pure.
 */
import type { ExecutionStatus, StepResult } from "../../contract/changes/execution.ts";
import type { Plan } from "../../contract/changes/plan.ts";
import type { StepAct } from "../../store/changes/step-acts.ts";

/** The end of an execution, as the executor reports it. */
export interface ReportedEnd {
  status: ExecutionStatus;
  interrupted?: true | undefined;
  steps: readonly StepResult[];
  error?: string | undefined;
}

/** `find` returns control's record of a step, or undefined if control never began the act. */
export function withKnownActs(reported: ReportedEnd, plan: Plan, find: (stepId: string) => StepAct | undefined): ReportedEnd {
  if (!reported.interrupted) return reported;
  const acts = new Set(
    [...plan.steps, ...plan.rollback.map(({ step }) => step)].flatMap(({ id, method }) => (method === "act" ? [id] : [])),
  );
  const steps = reported.steps.map((step) => (step.status === "unknown" && acts.has(step.id) ? asRecorded(step, find(step.id)) : step));
  const found = steps.filter(({ status }, index) => status !== reported.steps[index]?.status);
  if (found.length === 0) return reported;
  const known = found.map(({ id, status }) => `step ${id} ${status === "skipped" ? "did not begin" : status}`).join(", ");
  const error = `${reported.error ?? "the executor ended"}; by control's own record, ${known}`;
  const still = steps.some(({ status }) => status === "unknown");
  if (reported.status !== "unknown" || still) return { ...reported, steps, error };
  const succeeded = new Set(steps.flatMap(({ id, status }) => (status === "succeeded" ? [id] : [])));
  if (plan.steps.every(({ id }) => succeeded.has(id))) return { status: "succeeded", steps };
  const changed = plan.steps.some(({ id, risk }) => risk !== "read" && succeeded.has(id));
  return { ...reported, status: changed ? "partial" : "failed", steps, error };
}

function asRecorded({ error: _, ...step }: StepResult, act: StepAct | undefined): StepResult {
  if (!act) return { ...step, status: "skipped" };
  const { ended, message } = act.outcome ?? { ended: "unknown", message: "control has no result of this act: it may have happened" };
  if (ended === "well") return { ...step, status: "succeeded", output: message };
  return { ...step, status: ended === "badly" ? "failed" : "unknown", error: message };
}
