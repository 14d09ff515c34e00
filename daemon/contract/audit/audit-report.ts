/** Result of a verification of the audit records. */
import * as z from "zod";

/**
 * `altered`: a record or its stored text does not match its hash. `removed`: records before the last one are missing.
 * `truncated`: records at the end are missing. `reordered`: a record is in the wrong place. `rewritten`: each record matches
 * its own hash, but the records do not match the hash chain or a signed checkpoint. `forged`: a checkpoint was not signed
 * with the audit key. `unsigned`: no checkpoint covers the last records.
 */
export const AuditFindingKind = z.enum(["altered", "removed", "reordered", "truncated", "rewritten", "forged", "unsigned"]);
export type AuditFindingKind = z.output<typeof AuditFindingKind>;

export const AuditFinding = z.object({
  kind: AuditFindingKind,
  /** Numbers of the first and the last affected record. */
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
  /** Number of the last record that a signed checkpoint covers. */
  signedTo: z.int(),
  findings: z.array(AuditFinding),
});
export type AuditReport = z.output<typeof AuditReport>;
