/** Result of a verification of the audit records. */
import * as z from "zod";

/**
 * `altered`: a record, or a text kept with it, does not fit its hash. `removed`: missing before the end. `truncated`: missing at the end.
 * `reordered`: not at its place. `rewritten`: consistent, but not the records that were hashed or signed before. `forged`: a checkpoint that
 * the key did not sign. `unsigned`: no checkpoint covers the end.
 */
export const AuditFindingKind = z.enum(["altered", "removed", "reordered", "truncated", "rewritten", "forged", "unsigned"]);
export type AuditFindingKind = z.output<typeof AuditFindingKind>;

export const AuditFinding = z.object({
  kind: AuditFindingKind,
  /** Numbers of the first and last affected record. */
  from: z.int().optional(),
  to: z.int().optional(),
  text: z.string(),
});
export type AuditFinding = z.output<typeof AuditFinding>;

export const AuditReport = z.object({
  ok: z.boolean(),
  records: z.int(),
  first: z.int().optional(),
  last: z.int().optional(),
  /** A signed checkpoint covers all records up to this one. */
  signedTo: z.int(),
  findings: z.array(AuditFinding),
});
export type AuditReport = z.output<typeof AuditReport>;
