/**
 * Audit records, each with an actor, an action, a subject, a time and a reason. Each record contains the hash of the
 * record before it, and records never change.
 */
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

/**
 * The content of an audit record. People's names and reasons are stored separately, so that they can be erased. The audit
 * record contains only salted digests of the names and reasons.
 */
export const AuditEntry = z.object({
  action: AuditAction,
  /** The API key that acted, and the person that the key acted for. The key named `system` stands for Muster itself. */
  actor: z.object({ keyId: z.string(), name: z.string(), role: z.string(), onBehalfOf: z.string().optional() }),
  /** The plan, approval, execution, node or key that the record is about. */
  subject: z.string().max(200),
  summary: z.string().max(500),
  reason: z.string().max(500).optional(),
  planHash: Digest.optional(),
  rule: z.string().optional(),
  policyVersion: Digest.optional(),
  result: z.string().max(100).optional(),
  costUsd: z.number().min(0).optional(),
  /** The tool or runbook of the executed plan. */
  operation: z.string().max(100).optional(),
  /** The records of an execution's intent and of its outcome contain the same id. */
  executionId: z.string().optional(),
});
export type AuditEntry = z.output<typeof AuditEntry>;

export const AuditRecord = AuditEntry.extend({ seq: z.int().min(1), at: Instant, prevHash: Digest, hash: Digest });
export type AuditRecord = z.output<typeof AuditRecord>;
