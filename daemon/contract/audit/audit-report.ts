/** What an examination of the audit found. */
import * as z from "zod";

/**
 * `altered`: a record, or what is kept with it, is not what was hashed. `removed`: missing before the end. `truncated`: missing at the end.
 * `reordered`: not at its place. `rewritten`: consistent in itself, but not what was hashed or signed before. `forged`: a checkpoint that
 * the key did not sign. `unsigned`: no checkpoint vouches for the end.
 */
export const AuditFindingKind = z.enum(["altered", "removed", "reordered", "truncated", "rewritten", "forged", "unsigned"]);
export type AuditFindingKind = z.output<typeof AuditFindingKind>;

export const AuditFinding = z.object({
  kind: AuditFindingKind,
  /** Numbers of the first and last record it is about. */
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
  /** A signed checkpoint vouches for everything up to this record. */
  signedTo: z.int(),
  findings: z.array(AuditFinding),
});
export type AuditReport = z.output<typeof AuditReport>;
