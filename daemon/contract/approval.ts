/** A question put to people about one plan, and their answers. */
import * as z from "zod";
import { Instant } from "./names.ts";
import { Digest, QuorumGroup } from "./plan.ts";

/** Opaque, and good for one execution. */
export const ApprovalId = z.string().regex(/^apr_[A-Za-z0-9_-]{22}$/, "is not the id of an approval, as `muster approvals` lists them");

export const Vote = z.object({
  keyId: z.string(),
  by: z.string(),
  role: z.enum(["operator", "admin"]),
  answer: z.enum(["approve", "deny"]),
  reason: z.string().max(500),
  at: Instant,
});
export type Vote = z.output<typeof Vote>;

/** `used`: its plan was begun. `dropped`: the plan, its preview, the policy or the targets became others. Only `pending` takes answers, only `approved` executes. */
export const ApprovalState = z.enum(["pending", "approved", "denied", "expired", "used", "dropped"]);
export type ApprovalState = z.output<typeof ApprovalState>;

export const Approval = z.object({
  id: ApprovalId,
  planId: z.uuid(),
  planHash: Digest,
  previewHash: Digest,
  policyVersion: Digest,
  targetsHash: Digest,
  requestedBy: z.string(),
  requesterKeyId: z.string(),
  /** The person the requester acted for: no more counted than the requester. */
  onBehalfOf: z.string().optional(),
  quorum: z.array(QuorumGroup),
  votes: z.array(Vote),
  state: ApprovalState,
  createdAt: Instant,
  /** Undecided by then, it is expired. Silence is never consent. */
  decideBy: Instant,
  /** How long it may be begun after the last vote. */
  executeSeconds: z.int().min(1),
  /** Set with the last vote: not begun by then, it is expired. */
  executeBy: Instant.optional(),
});
export type Approval = z.output<typeof Approval>;
