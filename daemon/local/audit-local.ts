/**
 * Implements `muster audit verify`. The command verifies the audit records in a data folder or in an export, without
 * the daemon.
 */
import { verifyAudit } from "../audit/verify.ts";
import type { Verification } from "../cli/local-commands.ts";
import type { AuditReport } from "../contract/audit/audit-report.ts";
import { locateDataDir } from "../data-dir.ts";

export function verifyLocally(options: Verification): AuditReport {
  const data = locateDataDir(options.data, process.env);
  return verifyAudit({
    folder: data.audit,
    database: data.database,
    exported: options.export,
    checkpoint: options.checkpoint,
    publicKey: options.publicKey,
  });
}
