/**
 * Decides what an interruption left of a plan, and whether the plan can be resumed. A step that was cut off runs again, so a
 * plan can be resumed without a check only if all its steps are declared repeatable. The function is pure.
 */
import type { Execution, Interruption, StepStatus } from "../../contract/changes/execution.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";

export interface InterruptionContext {
  /** True if the form of the tool declares that it is repeatable. */
  isRepeatable(tool: string): boolean;
  /** The id of the plan that resumes this execution, unless that plan never began. */
  resumedBy: string | undefined;
}

/** Returns undefined for an execution that was not interrupted or has not ended. */
export function interruptionOf(execution: Execution, work: PlannedWork, circumstances: InterruptionContext): Interruption | undefined {
  if (!execution.interrupted || execution.endedAt === undefined) return undefined;
  const results = new Map(execution.steps.map(({ id, status }) => [id, status]));
  const idsOf = (...kinds: Kind[]) => work.plan.steps.map(({ id }) => id).filter((id) => kinds.includes(kindOf(results.get(id))));
  const [from] = idsOf("cutOff", "notBegun");
  const lists = { done: idsOf("done"), cutOff: idsOf("cutOff"), notBegun: idsOf("notBegun"), failed: idsOf("failed") };
  return { ...lists, ...(from !== undefined && { from }), ...wayOn(work, results, lists.failed, circumstances) };
}

type Kind = "done" | "cutOff" | "notBegun" | "failed";

function kindOf(status: StepStatus = "skipped"): Kind {
  switch (status) {
    case "succeeded":
      return "done";
    case "pending":
    case "skipped":
      return "notBegun";
    case "failed":
    case "timed-out":
      return "failed";
    case "running":
    case "cancelled":
    case "unknown":
      return "cutOff";
  }
}

function wayOn(
  { plan, byHand }: PlannedWork,
  results: ReadonlyMap<string, StepStatus>,
  [failed]: readonly string[],
  { isRepeatable, resumedBy }: InterruptionContext,
): Pick<Interruption, "resume" | "reason"> {
  const never = (reason: string) => ({ resume: "never" as const, reason });
  if (resumedBy !== undefined) return never(`it was resumed as plan ${resumedBy}`);
  if (byHand) return never("it is a manual action: request it again");
  if (plan.rollback.some(({ step }) => results.has(step.id))) return never("its rollback had begun");
  if (failed !== undefined) return never(`step ${failed} failed`);
  const once = plan.steps.find(({ tool, risk }) => risk !== "read" && !isRepeatable(tool));
  if (!once) return { resume: "command", reason: "all its steps are repeatable" };
  return { resume: "person", reason: `step ${once.id} uses ${once.tool}, which is not declared repeatable` };
}
