/** A small fleet with the real forms and the real policy, for tests of plans, approvals and executions. */
import { randomUUID } from "node:crypto";
import { coverageOf } from "../../../daemon/changes/plans/digests.ts";
import { makePlan } from "../../../daemon/changes/plans/planner.ts";
import { runbooksOf } from "../../../daemon/changes/plans/runbook.ts";
import type { KnownNode } from "../../../daemon/changes/plans/targets.ts";
import type { Policy, Who } from "../../../daemon/changes/policy/policy.ts";
import { bindingsOf } from "../../../daemon/changes/standing.ts";
import type { Catalogue } from "../../../daemon/changes/tools/catalogue.ts";
import { type PlannedWork, type Proposal, type ProposalInput, Proposal as ProposalSchema } from "../../../daemon/contract/changes/plan.ts";

export const fleet = (): KnownNode[] => [
  { id: "id-1", name: "n1", phase: "ready", address: "10.0.0.11", groups: ["prod"] },
  { id: "id-2", name: "n2", phase: "ready", address: "10.0.0.12", groups: ["dev"] },
  { id: "id-3", name: "n3", phase: "ready", address: "10.0.0.13", groups: ["staging"] },
];

export const toolOn = (
  tool: string,
  targets: string[],
  parameters: Record<string, string> = {},
  more: Partial<ProposalInput> = {},
): Proposal => ProposalSchema.parse({ goal: { kind: "tool", tool, parameters }, targets, ...more });

export interface Place {
  catalogue: Catalogue;
  nodes: readonly KnownNode[];
  policy: Policy;
}

/** A plan as control stores it: planned, hashed and decided for a requester. */
export function planned(proposal: Proposal, who: Who, { catalogue, nodes, policy }: Place, now: Date): PlannedWork {
  const plan = makePlan(proposal, { catalogue, nodes, runbooks: runbooksOf([]) });
  const { planHash, previewHash } = bindingsOf(plan, policy.version);
  return {
    id: randomUUID(),
    plan,
    hash: planHash,
    previewHash,
    coverage: coverageOf(plan),
    decision: policy.decide(plan, who),
    reason: "",
    requestedBy: who.name,
    requesterKeyId: who.keyId,
    requesterRole: who.role,
    ...(who.onBehalfOf !== undefined && { onBehalfOf: who.onBehalfOf }),
    ...(who.byHand && { byHand: who.byHand }),
    createdAt: now.toISOString(),
  };
}
