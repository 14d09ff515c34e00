/** Proposals, plans and decisions. Control makes a plan from a proposal, hashes the plan, decides about it and executes it. */
import * as z from "zod";
import { Role } from "../admin/key.ts";
import { Instant, NodeName } from "../names.ts";
import { IncidentWords } from "./incident.ts";
import { Method, Risk, Scope, ToolName, Values } from "./tool.ts";

/** SHA-256 of canonical JSON (RFC 8785), in hexadecimal. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/);
export type Digest = z.output<typeof Digest>;

/** Name of a file in `daemon/changes/runbooks/` or in the site's own folder, without the extension. */
export const RunbookName = z.string().regex(/^[a-z][a-z0-9-]{1,60}$/, "is not a runbook's name: lower-case letters, digits and dashes");

const ToolGoal = z.strictObject({ kind: z.literal("tool"), tool: ToolName, parameters: Values.default({}) });
const RunbookGoal = z.strictObject({ kind: z.literal("runbook"), runbook: RunbookName, parameters: Values.default({}) });
/** Control selects the runbook whose trigger matches the incident best. The plan states the selected runbook. */
const IncidentGoal = IncidentWords.extend({ kind: z.literal("incident"), parameters: Values.default({}) }).refine(
  ({ symptom, event, intent_type, resource_type }) => [symptom, event, intent_type, resource_type].some((word) => word !== undefined),
  "states no symptom, event, intent_type or resource_type",
);

/**
 * A request to use a tool or a runbook on targets, with a reason. Control, and not the proposer, determines the risk, the
 * hash and the approval.
 */
export const Proposal = z.strictObject({
  goal: z.discriminatedUnion("kind", [ToolGoal, RunbookGoal, IncidentGoal]),
  /**
   * Node names. Empty for a goal that needs no nodes. `group:NAME` means all nodes of an inventory group, and `all`
   * means all nodes.
   */
  targets: z
    .array(z.string().regex(/^(all|group:[a-z_][a-z0-9_]{0,60}|[a-z0-9-]{1,63})$/))
    .max(5000)
    .default([]),
  reason: z.string().max(500).default(""),
  /** Deny the plan if any of its steps changes something. */
  readOnly: z.boolean().default(false),
  /** True if the proposer has read untrusted text, such as output, logs or facts of machines. */
  tainted: z.boolean().default(false),
});
export type Proposal = z.output<typeof Proposal>;
export type ProposalInput = z.input<typeof Proposal>;

/** Control resumes an interrupted execution with those steps of its plan that are left. */
const Resume = z.strictObject({
  executionId: z.uuid(),
  /** Hash of the whole plan. The plan must still be the same, because its steps are named by their ids. */
  planHash: Digest,
  steps: z.array(z.string()).min(1).max(5000),
});
export type Resume = z.output<typeof Resume>;

/** A proposal as control stores it. Only control sets `resume`. */
export const KeptProposal = Proposal.extend({ resume: Resume.optional() });
export type KeptProposal = z.output<typeof KeptProposal>;

/** A node as it was when the plan was made. Another machine with the same name results in a different plan. */
export const Target = z.strictObject({ nodeId: z.string(), node: NodeName, scope: Scope, address: z.string().optional() });
export type Target = z.output<typeof Target>;

/**
 * A prediction of what a step does. `exact`: the text contains the commands themselves. `check`: a run in check mode
 * can predict the result. `none`: there is no prediction.
 */
export const StepPreview = z.strictObject({ kind: z.enum(["exact", "check", "none"]), text: z.string().max(4096) });

export const PlanStep = z.strictObject({
  /** Steps have the ids `1`, `2`, … in order. Rollback steps have the ids `r1`, `r2`, …. */
  id: z.string().regex(/^r?[1-9][0-9]{0,4}$/),
  tool: ToolName,
  /** Digest of the tool form, which is the file that defines the tool. A changed tool form results in a different plan. */
  toolDigest: Digest,
  /** Digest of the playbook and of its roles and files. Changed files result in a different plan. */
  content: Digest.optional(),
  /**
   * Digest of the values that the inventory and Muster give the node, for steps that run on the node. Changed values result in a
   * different plan.
   */
  values: Digest.optional(),
  method: Method,
  /** The node on which the step runs. Absent if the step runs on the executor's own machine. */
  target: NodeName.optional(),
  parameters: Values,
  risk: Risk,
  scope: Scope,
  /** True if the node is in none of the groups `dev`, `staging` and `prod`. Such a node counts as `prod`. */
  unlabelled: z.literal(true).optional(),
  /** True if the playbook adds hosts itself, so that the step is not limited to its node. The step then counts as `prod`. */
  choosesHosts: z.literal(true).optional(),
  /** Ids of the steps that must succeed before this step starts. */
  after: z.array(z.string()),
  timeoutSeconds: z.int().min(1).max(86_400),
  expectedSeconds: z.number().min(0),
  costUsd: z.number().min(0),
  preview: StepPreview,
});
export type PlanStep = z.output<typeof PlanStep>;

/**
 * A plan is a value in canonical form that contains no times and no random ids. The same proposal for the same nodes and tool
 * forms always produces the same bytes and the same hash.
 */
export const Plan = z.strictObject({
  version: z.literal(1),
  goal: z.discriminatedUnion("kind", [ToolGoal, RunbookGoal]),
  summary: z.string(),
  targets: z.array(Target),
  steps: z.array(PlanStep).max(5000),
  /** The steps that undo changes, in reverse order. If a step fails, Muster runs the undo steps of all successful steps. */
  rollback: z.array(z.strictObject({ undoes: z.string(), step: PlanStep })),
  readOnly: z.boolean(),
  tainted: z.boolean(),
  /** The interrupted execution that this plan resumes. */
  resumes: z.uuid().optional(),
});
export type Plan = z.output<typeof Plan>;

/** Share of steps whose preview is not `none`, from 0 to 1. The share is 1 for a plan without steps. */
export const Coverage = z.number().min(0).max(1);

/**
 * Number of different people with this role who must approve. Each quorum group of a decision needs its own number of votes.
 * The requester never counts as an approver.
 */
export const QuorumGroup = z.strictObject({ role: z.enum(["operator", "admin"]), count: z.int().min(1).max(20) });
export type QuorumGroup = z.output<typeof QuorumGroup>;

export const Decision = z.strictObject({
  answer: z.enum(["allow", "needs-approval", "deny"]),
  /**
   * The annotation `@id` of the policy rule that decided. `unmatched` means that no rule applied and that the plan needs
   * approval.
   */
  rule: z.string(),
  /** One line for each step or rule that affected the decision. */
  reasons: z.array(z.string()),
  /** The required votes. Empty if no approval is needed. */
  quorum: z.array(QuorumGroup),
  /** One digest of all policy files and settings that were evaluated. */
  policyVersion: Digest,
});
export type Decision = z.output<typeof Decision>;

/** Facts about a manual action: a person with a key runs a command or clicks a button. */
export const ByHand = z.strictObject({
  /** True if the person has typed the node's name. */
  confirmed: z.boolean(),
  /** True if the node has a system that Muster installed or enrolled. */
  inService: z.boolean(),
});
export type ByHand = z.output<typeof ByHand>;

/** A plan, the decision about the plan, and the requester. */
export const PlannedWork = z.object({
  id: z.uuid(),
  plan: Plan,
  hash: Digest,
  previewHash: Digest,
  coverage: Coverage,
  decision: Decision,
  reason: z.string(),
  requestedBy: z.string(),
  /**
   * The API key of the requester, which is the principal in the policy check. The key is stored so that control can evaluate
   * the policy again.
   */
  requesterKeyId: z.string(),
  requesterRole: Role,
  onBehalfOf: z.string().optional(),
  byHand: ByHand.optional(),
  createdAt: Instant,
});
export type PlannedWork = z.output<typeof PlannedWork>;
