/**
 * The executor's own request to control in the middle of a plan. What it carries out was decided and approved, and is not asked
 * again: it has to come with the pass of the very step that is at work, and each is good for one request.
 */
import type { Execution } from "../../contract/changes/execution.ts";
import type { ByHand, PlannedWork, PlanStep, Proposal } from "../../contract/changes/plan.ts";
import { MusterError } from "../../errors/errors.ts";
import type { ExecutionStore } from "../../store/changes/executions.ts";
import type { PlanStore } from "../../store/changes/plans.ts";
import { canonical, digestOf } from "../tools/canonical.ts";
import type { StepPasses } from "./step-passes.ts";

export interface CarryingOut {
  plans: PlanStore;
  executions: ExecutionStore;
  passes: StepPasses;
}

/**
 * `reference` is what the executor sends in its header: the execution's id, the step's and its pass, between slashes. `hand` is as
 * it would be by hand now: since people were asked, the machine may have come into service.
 */
export function carryOut(
  reference: string,
  { goal, targets }: Proposal,
  hand: ByHand,
  { plans, executions, passes }: CarryingOut,
  now: Date,
): PlannedWork {
  const named = passes.stepOf(reference);
  if (!named) throw refusal("the executor is at no step with this pass");
  const { executionId, stepId } = named;
  const execution = executions.get(executionId);
  if (!execution || !isAtWork(execution)) throw refusal(`no execution ${executionId} is at work`);
  const work = plans.existing(execution.planId);
  const step = stepsOf(work).find(({ id }) => id === stepId);
  const same =
    step !== undefined &&
    goal.kind === "tool" &&
    step.tool === goal.tool &&
    targets.length === 1 &&
    step.target === targets[0] &&
    canonical(step.parameters) === canonical(goal.parameters);
  if (!same) throw refusal(`step ${stepId} of ${executionId} is something else`);
  const status = execution.steps.find(({ id }) => id === stepId)?.status ?? "pending";
  if (status !== "running") throw refusal(`step ${stepId} is ${status}`);
  const { byHand } = work;
  if (hand.inService && byHand && !byHand.inService && !byHand.confirmed)
    throw refusal(`${step.target} came into service since this was asked, without its name typed; ask again`);
  // A pass is told again after our own restart, also one that was used.
  const key = digestOf({ executionId, stepId });
  if (plans.kept(key, "")) throw refusal(`step ${stepId} of ${executionId} was carried out already`);
  plans.keep(key, work.id, now.toISOString());
  passes.used(named);
  return work;
}

/** One whose executor is out of sight may be at work all the same. */
const isAtWork = ({ status, endedAt }: Execution): boolean => status === "running" || (status === "unknown" && endedAt === undefined);

const stepsOf = ({ plan }: PlannedWork): PlanStep[] => [...plan.steps, ...plan.rollback.map(({ step }) => step)];

const refusal = (why: string): MusterError => new MusterError("STEP_NOT_AT_WORK", why);
