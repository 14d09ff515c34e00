/** How executions and their steps look, and which of two states of one is the later. Pure. */
import type { Execution, ExecutionStatus, StepResult, StepStatus } from "../../../daemon/contract/changes/execution.ts";
import type { Plan, PlanStep } from "../../../daemon/contract/changes/plan.ts";
import type { Label } from "../parts/tone.ts";

export const executionLabel: Record<ExecutionStatus, Label & { meaning: string }> = {
  queued: { word: "Queued", tone: "idle", meaning: "It waits for its turn, for a node or for the executor." },
  running: { word: "Running", tone: "working", meaning: "The executor is at it." },
  succeeded: { word: "Succeeded", tone: "good", meaning: "Every step did what it should." },
  failed: { word: "Failed", tone: "bad", meaning: "A step failed, and nothing had been changed before." },
  "rolled-back": { word: "Rolled back", tone: "bad", meaning: "A step failed; what had been changed before was taken back." },
  partial: { word: "Partly done", tone: "bad", meaning: "A step failed, and not everything could be taken back." },
  cancelled: { word: "Cancelled", tone: "muted", meaning: "Somebody stopped it." },
  "timed-out": { word: "Timed out", tone: "bad", meaning: "A step took longer than it may." },
  refused: { word: "Refused", tone: "muted", meaning: "It was not begun." },
  unknown: {
    word: "Unknown",
    tone: "attention",
    meaning:
      "The executor was lost in the middle. What it had begun may have happened: look, then ask again. It is never repeated by itself.",
  },
};

export const stepLabel: Record<StepStatus, Label> = {
  pending: { word: "Not begun", tone: "muted" },
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
  /** It takes back the step with this id. */
  undoes?: string;
}

/** In the order of the plan; those that take something back, which are in no result until they are begun, at the end. */
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
