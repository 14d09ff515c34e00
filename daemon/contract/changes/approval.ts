/** A question put to people about one plan, and their answers. */
import * as z from "zod";
import { KeyName } from "../admin/key.ts";
import { Instant } from "../names.ts";
import { Digest, QuorumGroup } from "./plan.ts";

/** Opaque, and good for one execution. */
export const ApprovalId = z.string().regex(/^apr_[A-Za-z0-9_-]{22}$/, "is not the id of an approval, as `muster approvals` lists them");

/** One word: the curve, and the 32 bytes in base64. */
export const VoterKey = z
  .string()
  .regex(/^ed25519:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "is not a voter's public key, as `muster voter keygen` prints it");

/** Whoever signed an answer says who they are and when; what else is signed stands in the approval. */
export const VoteSignature = z.strictObject({
  voter: KeyName,
  at: Instant,
  value: z.string().regex(/^[A-Za-z0-9+/]{85}[AQgw]==$/, "is not an ed25519 signature in base64"),
});
export type VoteSignature = z.output<typeof VoteSignature>;

export const Vote = z.object({
  keyId: z.string(),
  by: z.string(),
  role: z.enum(["operator", "admin"]),
  answer: z.enum(["approve", "deny"]),
  reason: z.string().max(500),
  at: Instant,
  signature: VoteSignature.optional(),
});
export type Vote = z.output<typeof Vote>;

/** `used`: its plan was begun. `withdrawn`: by whoever asked. `dropped`: the plan, its preview, the policy or the targets became others. Only `pending` takes answers, only `approved` executes. */
export const ApprovalState = z.enum(["pending", "approved", "denied", "expired", "used", "dropped", "withdrawn"]);
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
