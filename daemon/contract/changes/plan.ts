/** What is to be done, before it is done: from what somebody proposes to what is hashed, decided and run. */
import * as z from "zod";
import { Role } from "../admin/key.ts";
import { Instant, NodeName } from "../names.ts";
import { Method, Risk, Scope, ToolName, Values } from "./tool.ts";

/** SHA-256 in hexadecimal, of canonical JSON (RFC 8785). */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/);
export type Digest = z.output<typeof Digest>;

/** A file of `daemon/changes/runbooks/`, or of the site's own folder of them, without its ending. */
export const RunbookName = z.string().regex(/^[a-z][a-z0-9-]{1,60}$/, "is not a runbook's name: lower-case letters, digits and dashes");

/** One tool, or the steps of a runbook; on which nodes; why. Whoever proposes says nothing of risk, hash or approval. */
export const Proposal = z.strictObject({
  goal: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("tool"), tool: ToolName, parameters: Values.default({}) }),
    z.strictObject({ kind: z.literal("runbook"), runbook: RunbookName, parameters: Values.default({}) }),
  ]),
  /** Names of nodes; empty for a goal that needs none. `group:NAME` is every node of an inventory group, `all` every node. */
  targets: z
    .array(z.string().regex(/^(all|group:[a-z_][a-z0-9_]{0,60}|[a-z0-9-]{1,63})$/))
    .max(5000)
    .default([]),
  reason: z.string().max(500).default(""),
  /** Only looking: a plan with any other step is denied. */
  readOnly: z.boolean().default(false),
  /** Says that whoever proposes had read what nobody vouches for: output, logs, facts of machines. */
  tainted: z.boolean().default(false),
});
export type Proposal = z.output<typeof Proposal>;
export type ProposalInput = z.input<typeof Proposal>;

/** A machine as it was when the plan was made: another machine under the same name is another plan. */
export const Target = z.strictObject({ nodeId: z.string(), node: NodeName, scope: Scope, address: z.string().optional() });
export type Target = z.output<typeof Target>;

/** What is known beforehand of what a step will do. `exact`: the very commands; `check`: a run that changes nothing can tell; `none`: only the step itself can. */
export const StepPreview = z.strictObject({ kind: z.enum(["exact", "check", "none"]), text: z.string().max(4096) });

export const PlanStep = z.strictObject({
  /** `1`, `2`, … in the order they are listed; rollback steps `r1`, `r2`, …. */
  id: z.string().regex(/^r?[1-9][0-9]{0,4}$/),
  tool: ToolName,
  /** Of the tool's form: a form that was changed since makes this another plan. */
  toolDigest: Digest,
  /** Of a playbook's own content, with the roles and files it can reach: changed since, it is another plan. */
  content: Digest.optional(),
  method: Method,
  /** Absent for what happens on the executor's own machine without a target. */
  target: NodeName.optional(),
  parameters: Values,
  risk: Risk,
  scope: Scope,
  /** Steps that must have succeeded before. */
  after: z.array(z.string()),
  timeoutSeconds: z.int().min(1).max(86_400),
  expectedSeconds: z.number().min(0),
  costUsd: z.number().min(0),
  preview: StepPreview,
});
export type PlanStep = z.output<typeof PlanStep>;

/** A canonical value: the same proposal over the same fleet and the same forms gives the same bytes, and so the same hash. No times, no ids. */
export const Plan = z.strictObject({
  version: z.literal(1),
  goal: Proposal.shape.goal,
  summary: z.string(),
  targets: z.array(Target),
  steps: z.array(PlanStep).max(5000),
  /** For each step that can be undone, in reverse order: run for those that had succeeded when a later one fails. */
  rollback: z.array(z.strictObject({ undoes: z.string(), step: PlanStep })),
  readOnly: z.boolean(),
  tainted: z.boolean(),
});
export type Plan = z.output<typeof Plan>;

/** Share of steps whose preview is not `none`: 0 to 1, and 1 for a plan without steps. */
export const Coverage = z.number().min(0).max(1);

/** How many different people of a role must say yes; all of a decision's groups must be full. The requester never counts. */
export const QuorumGroup = z.strictObject({ role: z.enum(["operator", "admin"]), count: z.int().min(1).max(20) });
export type QuorumGroup = z.output<typeof QuorumGroup>;

export const Decision = z.strictObject({
  answer: z.enum(["allow", "needs-approval", "deny"]),
  /** The rule that decided, by its `@id`; `unmatched` when none did, which needs approval. */
  rule: z.string(),
  /** One line for each step or rule that mattered. */
  reasons: z.array(z.string()),
  /** Empty unless approval is needed. */
  quorum: z.array(QuorumGroup),
  /** Digest of all policy files and settings that were asked. */
  policyVersion: Digest,
});
export type Decision = z.output<typeof Decision>;

/** Somebody with a key of their own does it at this moment, by a command or a click. */
export const ByHand = z.strictObject({
  /** They have typed the node's name. */
  confirmed: z.boolean(),
  /** The node has a system of ours. */
  inService: z.boolean(),
});
export type ByHand = z.output<typeof ByHand>;

/** A plan with what was decided of it. */
export const PlannedWork = z.object({
  id: z.uuid(),
  plan: Plan,
  hash: Digest,
  previewHash: Digest,
  coverage: Coverage,
  decision: Decision,
  reason: z.string(),
  requestedBy: z.string(),
  /** Whom the policy was asked about, so that it can be asked again. */
  requesterKeyId: z.string(),
  requesterRole: Role,
  onBehalfOf: z.string().optional(),
  byHand: ByHand.optional(),
  createdAt: Instant,
});
export type PlannedWork = z.output<typeof PlannedWork>;
