/** Defines words and colours for the states of executions and steps, and the order of steps. Pure. */
import type { Execution, ExecutionStatus, StepResult, StepStatus } from "../../../daemon/contract/changes/execution.ts";
import type { Plan, PlanStep } from "../../../daemon/contract/changes/plan.ts";
import type { Label } from "../parts/tone.ts";

export const executionLabel: Record<ExecutionStatus, Label & { meaning: string }> = {
  queued: { word: "Queued", tone: "idle", meaning: "The execution waits for a free node or for the executor." },
  running: { word: "Running", tone: "working", meaning: "The executor is running the steps of the plan." },
  succeeded: { word: "Succeeded", tone: "good", meaning: "Every step succeeded." },
  failed: { word: "Failed", tone: "bad", meaning: "A step failed. Nothing was changed before the failure." },
  "rolled-back": { word: "Rolled back", tone: "bad", meaning: "A step failed. Earlier changes were rolled back." },
  partial: { word: "Partial", tone: "bad", meaning: "It did not complete, and some of its changes stay." },
  cancelled: { word: "Cancelled", tone: "muted", meaning: "A person stopped it." },
  "timed-out": { word: "Timed out", tone: "bad", meaning: "A step exceeded its time limit." },
  refused: { word: "Refused", tone: "muted", meaning: "It was not started." },
  unknown: {
    word: "Unknown",
    tone: "attention",
    meaning: "The execution was interrupted. A step that was cut off may have taken effect. Muster never repeats it by itself.",
  },
};

export const stepLabel: Record<StepStatus, Label> = {
  pending: { word: "Not started", tone: "muted" },
  running: { word: "Running", tone: "working" },
  succeeded: { word: "Succeeded", tone: "good" },
  failed: { word: "Failed", tone: "bad" },
  "timed-out": { word: "Timed out", tone: "bad" },
  cancelled: { word: "Cancelled", tone: "muted" },
  skipped: { word: "Skipped", tone: "muted" },
  unknown: { word: "Unknown", tone: "attention" },
};

export const isExecutionCancellable = ({ status }: Execution): boolean => status === "queued" || status === "running";

export interface ShownStep {
  planned: PlanStep | undefined;
  result: StepResult;
  /** The id of the step that this rollback step reverts. */
  undoes?: string;
}

/** Returns the steps in the order of the plan, followed by the rollback steps. A rollback step has no result until it starts. */
export function shownSteps({ steps: results }: Execution, { steps, rollback }: Plan): ShownStep[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  const planned = steps.map((step): ShownStep => ({ planned: step, result: byId.get(step.id) ?? notBegun(step) }));
  const back = rollback.flatMap(({ undoes, step }): ShownStep[] => {
    const result = byId.get(step.id);
    return result ? [{ planned: step, result, undoes }] : [];
  });
  const known = new Set([...steps, ...rollback.map(({ step }) => step)].map(({ id }) => id));
  const others = results.filter(({ id }) => !known.has(id)).map((result): ShownStep => ({ planned: undefined, result }));
  return [...planned, ...back, ...others];
}

const notBegun = ({ id, target }: PlanStep): StepResult => ({ id, status: "pending", ...(target !== undefined && { target }) });
