/** A request to approve one plan, and the votes on it. */
import * as z from "zod";
import { KeyName } from "../admin/key.ts";
import { Instant } from "../names.ts";
import { Digest, QuorumGroup } from "./plan.ts";

/** The opaque id of an approval. An approval is valid for only one execution. */
export const ApprovalId = z.string().regex(/^apr_[A-Za-z0-9_-]{22}$/, "is not the id of an approval, as `muster approvals` lists them");

/** A voter's public key: the name of the curve, and the 32 bytes of the key in base64. */
export const VoterKey = z
  .string()
  .regex(/^ed25519:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, "is not a voter's public key, as `muster voter keygen` prints it");

/** Signature of a voter. The signature covers the approval, the answer, the voter and the time. */
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

/**
 * `used`: the plan was started. `withdrawn`: the requester withdrew the request. `dropped`: the plan, its preview, the
 * policy or the targets changed. Only a `pending` approval accepts votes. Only an `approved` approval allows an execution.
 */
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
  /** The person that the requester acted for. Neither this person nor the requester may vote. */
  onBehalfOf: z.string().optional(),
  quorum: z.array(QuorumGroup),
  votes: z.array(Vote),
  state: ApprovalState,
  createdAt: Instant,
  /** The approval expires if people have not decided by this time. Silence is never consent. */
  decideBy: Instant,
  /** The plan may start within this number of seconds after the last vote. */
  executeSeconds: z.int().min(1),
  /**
   * This time is set when a person casts the last required vote. The approval expires if the plan has not started by this
   * time.
   */
  executeBy: Instant.optional(),
});
export type Approval = z.output<typeof Approval>;
