/** Routes to propose changes, read plans, vote on approvals and follow executions. */
import * as z from "zod";
import { Instant } from "../names.ts";
import type { Route } from "../route.ts";
import { Approval, ApprovalId, ApprovalState, VoteSignature } from "./approval.ts";
import { Execution, StepResult } from "./execution.ts";
import { RunbookSearch } from "./incident.ts";
import { FoundRunbooks, Offer } from "./offer.ts";
import { Digest, Plan, PlannedWork, Proposal } from "./plan.ts";

const PlanRef = z.object({ id: z.uuid("is not the id of a plan, such as `muster do` prints") });
const ApprovalRef = z.object({ id: ApprovalId });
const ExecutionRef = z.object({ id: z.uuid("is not the id of an execution, as `muster executions` lists them") });
const limit = z.coerce.number().int().min(1).max(1000).default(200);

/**
 * Result of a proposal: an approval request if people must vote, otherwise an execution. A dry run creates no approval and no
 * execution, and Muster does not save it.
 */
export const Proposed = z.object({
  work: PlannedWork,
  dryRun: z.boolean(),
  approval: Approval.optional(),
  execution: Execution.optional(),
});
export type Proposed = z.output<typeof Proposed>;

/**
 * The request body of the documented API. Control does not trust the caller's plan. Control makes its own plan from the goal
 * and targets, and refuses the request if the two plans differ.
 */
export const PlanExecution = z.object({
  execution_id: z.string().min(1).max(100),
  /** `targets` are the targets of the proposal, such as `all`. Without `targets`, the node names in the plan apply. */
  plan: z.object({ plan: Plan, hash: Digest, targets: Proposal.shape.targets.unwrap().optional() }),
  tenant_id: z.string().min(1).max(100),
  actor_id: z.string().min(1).max(100),
});
export type PlanExecution = z.output<typeof PlanExecution>;

export const PlanExecuted = z.object({
  execution_id: z.string(),
  /**
   * `pending`: the execution waits for approval, is queued or runs. Repeat the request with the same body to get the
   * result. `partial`: only some steps took effect.
   */
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
    summary: "Tools and runbooks that can be proposed, with their parameters",
    access: "viewer",
    response: Offer,
  },
  searchRunbooks: {
    method: "GET",
    path: "/api/runbooks",
    summary: "Runbooks that match an incident or contain words, the best match first. Without a query, all runbooks.",
    access: "viewer",
    query: RunbookSearch,
    response: FoundRunbooks,
  },
  propose: {
    method: "POST",
    path: "/api/proposals",
    summary: "Propose a change. By policy it runs, waits for approval or is refused. `dryRun` only returns the decision.",
    access: "proposer",
    recordsItself: true,
    body: Proposal.extend({ dryRun: z.boolean().default(false) }),
    status: 202,
    response: Proposed,
  },
  getPlan: {
    method: "GET",
    path: "/api/plans/:id",
    summary: "One plan with its decision, approval and execution",
    access: "viewer",
    params: PlanRef,
    response: Proposed,
  },
  listApprovals: {
    method: "GET",
    path: "/api/approvals",
    summary: "Approvals, newest first",
    access: "viewer",
    query: z.object({ state: ApprovalState.optional(), limit }),
    response: z.array(Approval),
  },
  getApproval: {
    method: "GET",
    path: "/api/approvals/:id",
    summary: "One approval with its votes and its plan",
    access: "viewer",
    params: ApprovalRef,
    /**
     * If `signedVotes` is true, an approving vote needs the signature of a registered voter. `muster approve` signs the vote.
     * A vote to deny the plan needs no signature.
     */
    response: z.object({ approval: Approval, work: PlannedWork, signedVotes: z.boolean() }),
  },
  voteApproval: {
    method: "POST",
    path: "/api/approvals/:id/vote",
    summary: "Vote on an approval. The requester has no vote. One denial ends it.",
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
    summary: "Withdraw the caller's own pending approval request",
    access: "proposer",
    recordsItself: true,
    params: ApprovalRef,
    response: Approval,
  },
  listExecutions: {
    method: "GET",
    path: "/api/executions",
    summary: "Executions, newest first, without the output of their steps",
    access: "viewer",
    query: z.object({ limit }),
    response: z.array(Execution),
  },
  getExecution: {
    method: "GET",
    path: "/api/executions/:id",
    summary: "One execution, step by step",
    access: "viewer",
    params: ExecutionRef,
    response: Execution,
  },
  cancelExecution: {
    method: "POST",
    path: "/api/executions/:id/cancel",
    summary: "Stop the running steps of an execution and start no more",
    access: "operator",
    recordsItself: true,
    params: ExecutionRef,
    status: 202,
    response: Execution,
  },
  resumeExecution: {
    method: "POST",
    path: "/api/executions/:id/resume",
    summary: "Propose the remaining steps of an interrupted execution as a new plan",
    access: "operator",
    recordsItself: true,
    params: ExecutionRef,
    body: z.strictObject({
      /** True if a person has checked the nodes. Required if a step is not declared repeatable. */
      checked: z.boolean().default(false),
      /** The steps that were cut off and that are done, as the person found. They do not run again. */
      done: z.array(z.string().max(10)).max(5000).default([]),
    }),
    status: 202,
    response: Proposed,
  },
  executePlan: {
    method: "POST",
    path: "/execute-plan",
    summary: "Execute a plan that a dry run returned, and wait some time for its end. A repeated request returns the same execution.",
    access: "proposer",
    recordsItself: true,
    body: PlanExecution,
    response: PlanExecuted,
  },
} satisfies Record<string, Route>;
