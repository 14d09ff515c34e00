/**
 * Checks in the executor whether an execution may begin. The executor checks the stored records with its own tool
 * forms, policy and clock. The executor ignores control's conclusions. The functions of this file are pure.
 */
import type { Approval } from "../../contract/changes/approval.ts";
import type { Execution } from "../../contract/changes/execution.ts";
import type { Plan, PlannedWork, PlanStep, QuorumGroup } from "../../contract/changes/plan.ts";
import { explain } from "../../errors/errors.ts";
import { type Bindings, whyNotBound } from "../approvals/approvals.ts";
import { stepOf } from "../plans/step.ts";
import { type KnownNode, targetOf } from "../plans/targets.ts";
import type { Policy } from "../policy/policy.ts";
import { mergeQuorums, usualQuorum } from "../policy/quorum-groups.ts";
import { bindingsOf, whoAsked } from "../standing.ts";
import { canonical } from "../tools/canonical.ts";
import type { Catalogue } from "../tools/catalogue.ts";
import { type Playbooks, remembering } from "../tools/playbooks.ts";
import { provenVotes, signaturesCount, type Voting } from "../votes/verify.ts";

/** The stored records of the decision and the approval. */
export interface Papers {
  execution: Pick<Execution, "id" | "planId" | "planHash" | "approvalId" | "status">;
  work: PlannedWork;
  approval?: Approval | undefined;
}

export interface WarrantWorld {
  now: Date;
  catalogue: Pick<Catalogue, "has" | "get" | "digest" | "playbook">;
  policy: Pick<Policy, "version" | "decide">;
  /** Returns the machine that has this name now. */
  node(name: string): KnownNode | undefined;
  /**
   * True if this executor has already begun an execution with this execution id or this approval id. The executor
   * stores the ids of begun executions on its own disk.
   */
  begun(id: string): boolean;
  /** The voters from the executor's own file. */
  voting: Voting;
  /**
   * The execution must begin within this number of seconds after the last signature. The executor reads this number of
   * seconds from its own configuration, so no signed text can change it.
   */
  executeSeconds: number;
}

export type Warrant = { ok: true } | { ok: false; reason: string };

export function checkWarrant(papers: Papers, world: WarrantWorld): Warrant {
  const { plan } = papers.work;
  const reason = otherPapers(papers, world) ?? otherTargets(plan, world) ?? otherSteps(plan, world) ?? notAllowed(papers, world);
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

function otherPapers({ execution, work }: Papers, { begun, policy }: WarrantWorld): string | undefined {
  if (begun(execution.id)) return "this execution was begun already";
  if (execution.status !== "queued" && execution.status !== "running") return `this execution is ${execution.status} already`;
  if (execution.planId !== work.id) return "the execution belongs to another plan";
  const { planHash, previewHash } = bindingsOf(work.plan, policy.version);
  if (planHash !== work.hash || planHash !== execution.planHash) return "the plan is not the one that was decided: its hash differs";
  if (previewHash !== work.previewHash) return "the previews are not those that were shown: their hash differs";
  return undefined;
}

function otherTargets(plan: Plan, { node }: WarrantWorld): string | undefined {
  for (const target of plan.targets) {
    const now = node(target.node);
    if (!now || now.id !== target.nodeId) return `${target.node} is not the machine it was`;
    const { scope, address } = targetOf(now);
    if (scope !== target.scope) return `${target.node} is in ${scope} now, not in ${target.scope}`;
    if (address !== target.address) return `${target.node} has another address now`;
  }
  return undefined;
}

function otherSteps({ steps, rollback, targets }: Plan, given: WarrantWorld): string | undefined {
  const world = { ...given, playbooks: remembering(given.catalogue.playbook) };
  const named = new Set(targets.map(({ node }) => node));
  for (const step of [...steps, ...rollback.map((each) => each.step)]) {
    const fault = step.target === undefined || named.has(step.target) ? otherStep(step, world) : `${step.target} is no target of the plan`;
    if (fault !== undefined) return `step ${step.id}: ${fault}`;
  }
  return undefined;
}

/**
 * Builds a step again from its tool form and compares the risk, scope and preview. The executor does not trust the
 * stored values.
 */
function otherStep(step: PlanStep, { catalogue, node, playbooks }: WarrantWorld & { playbooks: Playbooks }): string | undefined {
  if (!catalogue.has(step.tool)) return `there is no tool ${step.tool}`;
  const [form, digest] = [catalogue.get(step.tool), catalogue.digest(step.tool)];
  if (digest !== step.toolDigest) return `the form of ${step.tool} was changed since it was planned; propose it again`;
  if (form.requiresTarget !== (step.target !== undefined)) return `${step.tool} ${form.requiresTarget ? "needs a" : "is for no"} node`;
  try {
    const { id, parameters } = step;
    const made = stepOf({ id, form, digest, parameters, node: step.target === undefined ? undefined : node(step.target), playbooks });
    if (made.content !== step.content) return "its playbook, or what it uses, was changed since it was planned";
    if (made.values !== step.values) return `the values that the inventory gives ${step.target} were changed since it was planned`;
    const other = compared.find((part) => canonical(made[part] ?? null) !== canonical(step[part] ?? null));
    return other && `its ${other} is not what ${step.tool} gives with these values: ${canonical(made[other] ?? null)}`;
  } catch (error) {
    // If the tool form rejects the step's values, the step was not made from this form.
    return explain(error);
  }
}

const compared = [
  "method",
  "parameters",
  "risk",
  "scope",
  "unlabelled",
  "choosesHosts",
  "timeoutSeconds",
  "preview",
] as const satisfies (keyof PlanStep)[];

function notAllowed(papers: Papers, world: WarrantWorld): string | undefined {
  const { work } = papers;
  const { answer, rule, quorum } = world.policy.decide(work.plan, whoAsked(work));
  // The executor cannot verify a manual action and never performs one.
  // Without an approval, the executor therefore refuses a plan for a manual action.
  if (answer === "allow") return work.byHand ? notApproved(papers, usualQuorum, world) : undefined;
  if (answer === "deny") return `denied by the rule ${rule}`;
  return notApproved(papers, quorum, world);
}

/** Control has already marked the approval as used. The approval counts only if it was used for this execution. */
function notApproved({ execution, work, approval }: Papers, quorum: readonly QuorumGroup[], world: WarrantWorld): string | undefined {
  if (!approval || approval.id !== execution.approvalId) return "it needs approval, and none came with it";
  if (world.begun(approval.id)) return "its approval was used already";
  if (approval.planId !== work.id) return "its approval belongs to another plan";
  const asking = [work.requesterKeyId, work.requestedBy, work.onBehalfOf];
  if ([approval.requesterKeyId, approval.requestedBy, approval.onBehalfOf].some((part, index) => part !== asking[index]))
    return "its approval names another requester";
  if (approval.state !== "approved" && approval.state !== "used") return `its approval is ${approval.state}, not approved`;
  if (approval.executeBy === undefined || world.now.getTime() >= Date.parse(approval.executeBy))
    return "its approval expired before it was begun";
  // If the executor's policy requires more votes than control requested, the higher number applies.
  const asked = { ...approval, quorum: mergeQuorums([approval.quorum, quorum]) };
  const bindings = bindingsOf(work.plan, world.policy.version);
  return signaturesCount(world.voting) ? whyNotSigned(asked, bindings, world) : whyNotBound(asked, bindings);
}

/**
 * Checks the signatures. A program that can write to the database can forge votes, names, roles and times, but not
 * signatures.
 */
function whyNotSigned(approval: Approval, bindings: Bindings, { voting, now, executeSeconds }: WarrantWorld): string | undefined {
  const { votes, unproven } = provenVotes(approval, voting.voters, now);
  const lacks = whyNotBound({ ...approval, votes }, bindings);
  if (lacks !== undefined) return [lacks, ...unproven].join("; ");
  const last = Math.max(...votes.map(({ at }) => Date.parse(at)));
  if (now.getTime() < last + Math.min(approval.executeSeconds, executeSeconds) * 1000) return undefined;
  return "its approval expired before it was begun: its last signature is too old";
}
