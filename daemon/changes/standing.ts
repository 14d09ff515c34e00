/**
 * Makes a plan of a proposal for the current fleet. Returns the plan, the hashes that an approval is bound to, and the
 * policy's decision.
 */
import type { Decision, Digest, KeptProposal, Plan, PlannedWork } from "../contract/changes/plan.ts";
import type { Bindings } from "./approvals/approvals.ts";
import { coverageOf, previewHashOf, targetsHashOf } from "./plans/digests.ts";
import type { Policy, Who } from "./policy/policy.ts";
import { digestOf } from "./tools/canonical.ts";

export interface StandingParts {
  /** Throws a MusterError if no plan is possible. Errors use `field` as the name of the request field that lists the nodes. */
  plan(proposal: KeptProposal, field?: string): Plan;
  policy: Pick<Policy, "version" | "decide">;
}

export interface Standing extends Pick<PlannedWork, "plan" | "coverage" | "decision"> {
  bindings: Bindings;
}

export function standingOf({ plan: make, policy }: StandingParts, proposal: KeptProposal, who: Who, field?: string): Standing {
  const plan = make(proposal, field);
  return { plan, coverage: coverageOf(plan), decision: policy.decide(plan, who), bindings: bindingsOf(plan, policy.version) };
}

export const bindingsOf = (plan: Plan, policyVersion: Digest): Bindings => ({
  planHash: digestOf(plan),
  previewHash: previewHashOf(plan),
  targetsHash: targetsHashOf(plan),
  policyVersion,
});

export const whoAsked = ({ requesterKeyId, requestedBy, requesterRole, onBehalfOf, byHand }: PlannedWork): Who => ({
  keyId: requesterKeyId,
  name: requestedBy,
  role: requesterRole,
  onBehalfOf,
  byHand,
});

/** True if any step or rollback step does more than read. */
export const changesSomething = ({ steps, rollback }: Plan): boolean =>
  [...steps, ...rollback.map(({ step }) => step)].some(({ risk }) => risk !== "read");

/** Returns the text that explains a denial to the caller. The text names the rule only once. */
export function denial({ rule, reasons }: Decision): string {
  const what = [...reasons.slice(0, 3), ...reasons.slice(3).slice(-1)].map((reason) =>
    reason.replace(/^denied: /, "").replace(new RegExp(`, by ${rule}$`), ""),
  );
  return `denied by the rule ${rule}${what.length === 0 ? "" : `: ${what.join("; ")}`}`;
}
