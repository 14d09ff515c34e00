/** Turns an interrupted execution into a proposal of its remaining steps. The policy decides about the new plan. */
import type { Execution, Interruption } from "../../contract/changes/execution.ts";
import type { KeptProposal } from "../../contract/changes/plan.ts";
import { MusterError } from "../../errors/errors.ts";
import type { ApprovalStore } from "../../store/changes/approvals.ts";
import type { ExecutionStore } from "../../store/changes/executions.ts";
import type { PlanStore } from "../../store/changes/plans.ts";
import { interruptionOf } from "./interruption.ts";

export interface ResumptionParts {
  plans: PlanStore;
  approvals: ApprovalStore;
  executions: ExecutionStore;
  /** True if the form of the tool declares that it is repeatable. */
  isRepeatable(tool: string): boolean;
}

export interface ResumeWish {
  /** True if a person has checked the nodes. */
  checked: boolean;
  /** The steps that were cut off and that are done, as the person found. */
  done: readonly string[];
}

export class Resumptions {
  readonly #parts: ResumptionParts;

  constructor(parts: ResumptionParts) {
    this.#parts = parts;
  }

  interruptionOf(execution: Execution): Interruption | undefined {
    const { plans, isRepeatable } = this.#parts;
    if (!execution.interrupted) return undefined;
    return interruptionOf(execution, plans.existing(execution.planId), { isRepeatable, resumedBy: this.#resumedBy(execution.id) });
  }

  /** Throws if the execution cannot be resumed, or if a person must check the nodes first. */
  proposalFor(execution: Execution, { checked, done }: ResumeWish): KeptProposal {
    const found = this.interruptionOf(execution);
    const whole = this.#parts.plans.proposalOf(execution.planId);
    if (!found || !whole)
      throw new MusterError("EXECUTION_NOT_RESUMABLE", `this execution is ${execution.status}, and was not interrupted`);
    if (found.resume === "never") throw new MusterError("EXECUTION_NOT_RESUMABLE", found.reason);
    const other = done.find((id) => !found.cutOff.includes(id));
    if (other !== undefined) throw new MusterError("REQUEST_INVALID", `done: step ${other} was not cut off`);
    if (!checked && (found.resume === "person" || done.length > 0))
      throw new MusterError("CHECK_NEEDED", found.resume === "person" ? `it waits for a person: ${found.reason}` : "done: needs `checked`");
    const steps = [...found.cutOff.filter((id) => !done.includes(id)), ...found.notBegun];
    if (steps.length === 0) throw new MusterError("EXECUTION_NOT_RESUMABLE", "no step of the plan is left");
    const planHash = whole.resume?.planHash ?? execution.planHash;
    return { ...whole, reason: reasonFor(execution.id, done, whole.reason), resume: { executionId: execution.id, planHash, steps } };
  }

  /** Returns the plan that resumes the execution. A plan that never began does not count. */
  #resumedBy(executionId: string): string | undefined {
    const { plans, approvals, executions } = this.#parts;
    return plans.resuming(executionId).find(({ id }) => {
      const next = executions.ofPlan(id);
      if (next) return next.status !== "refused" && !(next.status === "cancelled" && next.startedAt === undefined);
      return ["pending", "approved"].includes(approvals.ofPlan(id)?.state ?? "");
    })?.id;
  }
}

function reasonFor(executionId: string, done: readonly string[], reason: string): string {
  const found = done.length > 0 ? `; found done: ${done.join(", ")}` : "";
  return `resumes ${executionId}${found}${reason === "" ? "" : `; ${reason}`}`.slice(0, 500);
}
