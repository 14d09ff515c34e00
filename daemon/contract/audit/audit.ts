/** Who did, wanted or was refused what, when and why. Records are chained by their hashes and never changed. */
import * as z from "zod";
import { Digest } from "../changes/plan.ts";
import { Instant } from "../names.ts";

export const AuditAction = z.enum([
  "login",
  "login-failed",
  "proposal",
  "decision",
  "refusal",
  "vote",
  "approval-expired",
  "intent",
  "outcome",
  "key-created",
  "key-revoked",
  "voter-added",
  "voter-removed",
  "change",
  "erasure",
  "checkpoint",
]);
export type AuditAction = z.output<typeof AuditAction>;

/** What is told of an act. Names and reasons of people are kept apart and may be erased: the record holds their salted digests. */
export const AuditEntry = z.object({
  action: AuditAction,
  /** Whose key it was, and for whom it acted; `system` for Muster itself. */
  actor: z.object({ keyId: z.string(), name: z.string(), role: z.string(), onBehalfOf: z.string().optional() }),
  /** What it was about: a plan, an approval, an execution, a node, a key. */
  subject: z.string().max(200),
  summary: z.string().max(500),
  reason: z.string().max(500).optional(),
  planHash: Digest.optional(),
  rule: z.string().optional(),
  policyVersion: Digest.optional(),
  result: z.string().max(100).optional(),
  costUsd: z.number().min(0).optional(),
  /** The same for an intent and its outcome. */
  executionId: z.string().optional(),
});
export type AuditEntry = z.output<typeof AuditEntry>;

export const AuditRecord = AuditEntry.extend({ seq: z.int().min(1), at: Instant, prevHash: Digest, hash: Digest });
export type AuditRecord = z.output<typeof AuditRecord>;
