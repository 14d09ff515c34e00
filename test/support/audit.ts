/** Sample audit entries, and a real database to store them in and to damage. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { writeCheckpoint } from "../../daemon/audit/checkpoint-files.ts";
import { AuditLog } from "../../daemon/audit/log.ts";
import { openSigner } from "../../daemon/audit/signer.ts";
import { type Proof, verifyAudit } from "../../daemon/audit/verify.ts";
import type { AuditEntry } from "../../daemon/contract/audit/audit.ts";
import type { AuditReport } from "../../daemon/contract/audit/audit-report.ts";
import { openDatabase } from "../../daemon/store/database.ts";

export const alice = { keyId: "k1", name: "alice", role: "operator" };

export const intent = (executionId: string): AuditEntry => ({
  action: "intent",
  actor: alice,
  subject: `execution:${executionId}`,
  summary: "restart ssh on n1",
  executionId,
});

export const outcome = (executionId: string, result: string): AuditEntry => ({ ...intent(executionId), action: "outcome", result });

export interface AuditLab {
  folder: string;
  database: string;
  audit: AuditLog;
  /** Signs the current records with this day as the date. */
  sign(day: string): void;
  /** Changes the database as an attacker with write access could: without triggers. */
  tamper(sql: string, ...values: (string | number)[]): void;
  /** Writes everything into the database file itself, so that no other file is needed. */
  flush(): void;
  verify(proof?: Partial<Proof>): AuditReport;
}

/** A real database file, with the folder of its checkpoints next to it. */
export function openAuditLab(t: TestContext): AuditLab {
  const root = mkdtempSync(join(tmpdir(), "muster-audit-"));
  const [folder, database] = [join(root, "audit"), join(root, "muster.db")];
  const db = openDatabase(database);
  t.after(() => {
    db.close();
    rmSync(root, { recursive: true });
  });
  let now = Date.parse("2026-11-21T10:00:00Z");
  const audit = new AuditLog(db, () => {
    now += 1000;
    return new Date(now);
  });
  const signer = openSigner(folder);
  return {
    folder,
    database,
    audit,
    sign: (day) => {
      const checkpoint = audit.checkpoint();
      if (checkpoint) writeCheckpoint(folder, signer.sign(checkpoint), new Date(day));
    },
    tamper: (sql, ...values) => {
      for (const { name } of db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
        db.exec(`DROP TRIGGER ${name}`);
      db.prepare(sql).run(...values);
    },
    flush: () => {
      db.pragma("wal_checkpoint(TRUNCATE)");
    },
    verify: (proof) => verifyAudit({ folder, database, ...proof }),
  };
}
