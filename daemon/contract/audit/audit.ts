/** Audit records: an actor, an action, a subject, a time and a reason. Records are chained by hashes and never changed. */
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

/** The content of a record. Names and reasons of people are stored apart and can be erased. The record has their salted digests. */
export const AuditEntry = z.object({
  action: AuditAction,
  /** The key that acted, and the person it acted for. `system` is Muster itself. */
  actor: z.object({ keyId: z.string(), name: z.string(), role: z.string(), onBehalfOf: z.string().optional() }),
  /** A plan, an approval, an execution, a node or a key. */
  subject: z.string().max(200),
  summary: z.string().max(500),
  reason: z.string().max(500).optional(),
  planHash: Digest.optional(),
  rule: z.string().optional(),
  policyVersion: Digest.optional(),
  result: z.string().max(100).optional(),
  costUsd: z.number().min(0).optional(),
  /** An intent and its outcome have the same id. */
  executionId: z.string().optional(),
});
export type AuditEntry = z.output<typeof AuditEntry>;

export const AuditRecord = AuditEntry.extend({ seq: z.int().min(1), at: Instant, prevHash: Digest, hash: Digest });
export type AuditRecord = z.output<typeof AuditRecord>;
