/** The one road for changes: propose, look at the plan, answer what waits for people, follow what runs. */
import * as z from "zod";
import { Instant } from "../names.ts";
import type { Route } from "../route.ts";
import { Approval, ApprovalId, ApprovalState, VoteSignature } from "./approval.ts";
import { Execution, StepResult } from "./execution.ts";
import { Offer } from "./offer.ts";
import { Digest, Plan, PlannedWork, Proposal } from "./plan.ts";

const PlanRef = z.object({ id: z.uuid("is not the id of a plan, such as `muster do` prints") });
const ApprovalRef = z.object({ id: ApprovalId });
const ExecutionRef = z.object({ id: z.uuid("is not the id of an execution, as `muster executions` lists them") });
const limit = z.coerce.number().int().min(1).max(1000).default(200);

/** What came of a proposal: it waits for people, or for its turn, or is at work. A dry run has neither and is not kept. */
export const Proposed = z.object({
  work: PlannedWork,
  dryRun: z.boolean(),
  approval: Approval.optional(),
  execution: Execution.optional(),
});
export type Proposed = z.output<typeof Proposed>;

/** The documented body. The plan is taken as a claim: it is made again from its goal and targets, and must come out the same. */
export const PlanExecution = z.object({
  execution_id: z.string().min(1).max(100),
  /** `targets` as they were proposed, such as `all`; where left out, the plan's own nodes by name. */
  plan: z.object({ plan: Plan, hash: Digest, targets: Proposal.shape.targets.unwrap().optional() }),
  tenant_id: z.string().min(1).max(100),
  actor_id: z.string().min(1).max(100),
});
export type PlanExecution = z.output<typeof PlanExecution>;

export const PlanExecuted = z.object({
  execution_id: z.string(),
  /** `pending`: it waits for approval or its turn, or is at work; ask again with the same body. `partial`: some of it stayed done. */
  status: z.enum(["success", "failed", "partial", "pending"]),
  result: z.string(),
  step_results: z.array(StepResult),
  completed_at: Instant.nullable(),
  error_message: z.string().nullable(),
  error_details: z
    .object({ plan_id: z.uuid(), rule: z.string(), approval_id: z.string().nullable(), execution: z.string().nullable() })
    .nullable(),
});
export type PlanExecuted = z.output<typeof PlanExecuted>;

export const changeRoutes = {
  listTools: {
    method: "GET",
    path: "/api/tools",
    summary: "The tools and runbooks that can be proposed, with their parameters",
    access: "viewer",
    response: Offer,
  },
  propose: {
    method: "POST",
    path: "/api/proposals",
    summary: "Say what is to be done: it runs, waits for approval or is refused, as the policy says. `dryRun` only says which.",
    access: "proposer",
    recordsItself: true,
    body: Proposal.extend({ dryRun: z.boolean().default(false) }),
    status: 202,
    response: Proposed,
  },
  getPlan: {
    method: "GET",
    path: "/api/plans/:id",
    summary: "One plan, with what was decided of it and what came of it",
    access: "viewer",
    params: PlanRef,
    response: Proposed,
  },
  listApprovals: {
    method: "GET",
    path: "/api/approvals",
    summary: "What people are or were asked, newest first",
    access: "viewer",
    query: z.object({ state: ApprovalState.optional(), limit }),
    response: z.array(Approval),
  },
  getApproval: {
    method: "GET",
    path: "/api/approvals/:id",
    summary: "One question put to people, with their answers and its plan",
    access: "viewer",
    params: ApprovalRef,
    /** With `signedVotes` a yes counts only with the signature of a registered voter, which `muster approve` gives it. A no needs none. */
    response: z.object({ approval: Approval, work: PlannedWork, signedVotes: z.boolean() }),
  },
  voteApproval: {
    method: "POST",
    path: "/api/approvals/:id/vote",
    summary: "Answer one; not for whoever asked. One no ends it.",
    access: "operator",
    sensitive: true,
    recordsItself: true,
    params: ApprovalRef,
    body: z.strictObject({
      answer: z.enum(["approve", "deny"]),
      reason: z.string().max(500).default(""),
      signature: VoteSignature.optional(),
    }),
    response: Approval,
  },
  withdrawApproval: {
    method: "POST",
    path: "/api/approvals/:id/withdraw",
    summary: "Take back what one has asked for oneself, while it waits",
    access: "proposer",
    recordsItself: true,
    params: ApprovalRef,
    response: Approval,
  },
  listExecutions: {
    method: "GET",
    path: "/api/executions",
    summary: "Runs of plans, newest first, without what their steps wrote",
    access: "viewer",
    query: z.object({ limit }),
    response: z.array(Execution),
  },
  getExecution: {
    method: "GET",
    path: "/api/executions/:id",
    summary: "One run of a plan, step by step",
    access: "viewer",
    params: ExecutionRef,
    response: Execution,
  },
  cancelExecution: {
    method: "POST",
    path: "/api/executions/:id/cancel",
    summary: "Begin no more of its steps and stop those at work",
    access: "operator",
    recordsItself: true,
    params: ExecutionRef,
    status: 202,
    response: Execution,
  },
  executePlan: {
    method: "POST",
    path: "/execute-plan",
    summary:
      "Execute a plan as its dry run answered it; waits a while for the end. The same plan, tenant and actor of one key give the same execution.",
    access: "proposer",
    recordsItself: true,
    body: PlanExecution,
    response: PlanExecuted,
  },
} satisfies Record<string, Route>;
