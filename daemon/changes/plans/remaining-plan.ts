/** The part of a plan that an interruption left to do. The function is pure. */
import type { Plan, Resume } from "../../contract/changes/plan.ts";
import { MusterError } from "../../errors/errors.ts";
import { digestOf } from "../tools/canonical.ts";

/** The steps keep their ids. A failure undoes only these steps, and not the steps that were done before the interruption. */
export function remainingPlan(plan: Plan, { executionId, planHash, steps: ids }: Resume): Plan {
  if (digestOf(plan) !== planHash)
    throw new MusterError("EXECUTION_NOT_RESUMABLE", "the fleet, a tool or a playbook changed since the plan was made");
  const left = new Set(ids);
  const steps = plan.steps.filter(({ id }) => left.has(id)).map((step) => ({ ...step, after: step.after.filter((id) => left.has(id)) }));
  const [first] = steps;
  if (!first) throw new MusterError("EXECUTION_NOT_RESUMABLE", "no step of the plan is left");
  const nodes = new Set(steps.map(({ target }) => target));
  return {
    ...plan,
    summary: `${plan.summary}; resumed at step ${first.id}, with ${steps.length} of ${plan.steps.length} steps`,
    targets: plan.targets.filter(({ node }) => nodes.has(node)),
    steps,
    rollback: plan.rollback.filter(({ undoes }) => left.has(undoes)),
    resumes: executionId,
  };
}
