/**
 * Measures the time to save one audit record to disk. Also measures the time to verify a million records with the
 * code of `muster audit verify`.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeCheckpoint } from "../../../daemon/audit/checkpoint-files.ts";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { openSigner } from "../../../daemon/audit/signer.ts";
import { verifyAudit } from "../../../daemon/audit/verify.ts";
import type { AuditEntry } from "../../../daemon/contract/audit/audit.ts";
import { atomically, openDatabase } from "../../../daemon/store/database.ts";

const MILLION = 1_000_000;

export function measureAudit({ quick }: { quick: boolean }): Record<string, number> {
  const records = quick ? MILLION / 20 : MILLION;
  const appended = quick ? 200 : 2000;
  // The folder must be on the disk that the program measures, because /tmp may be in memory.
  const root = mkdtempSync(join(process.env.MUSTER_BENCH_DIR ?? tmpdir(), "muster-bench-audit-"));
  try {
    const [folder, database] = [join(root, "audit"), join(root, "muster.db")];
    mkdirSync(folder);
    const db = openDatabase(database);
    const audit = new AuditLog(db);
    const times = Array.from({ length: appended }, (_, index) => {
      const before = performance.now();
      audit.append(entry(index));
      return performance.now() - before;
    }).toSorted((a, b) => a - b);
    for (let made = appended; made < records; )
      atomically(db, () => {
        for (const end = Math.min(made + 10_000, records); made < end; made++) audit.append(entry(made));
      });
    writeCheckpoint(folder, openSigner(folder).sign(audit.checkpoint() ?? failed("no record was saved")), new Date());
    db.close();

    const rounds = Array.from({ length: quick ? 1 : 3 }, () => {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const report = verifyAudit({ folder, database });
      if (!report.ok || report.records !== records) failed(JSON.stringify(report.findings));
      const { user, system } = process.cpuUsage(cpu);
      return { seconds: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
    }).toSorted((a, b) => a.seconds - b.seconds);
    const { seconds, cpu } = rounds[rounds.length >> 1] ?? failed("no round was measured");
    const scale = MILLION / records;
    const figures = {
      audit_append_p50_ms: rounded(times[times.length >> 1] ?? 0),
      audit_append_p99_ms: rounded(times[Math.floor(times.length * 0.99)] ?? 0),
      audit_verify_million_s: rounded(seconds * scale),
      audit_verify_million_cpu_s: rounded(cpu * scale),
    };
    console.error(
      `audit: ${appended} records, each on disk before the next: p50 ${figures.audit_append_p50_ms} ms, p99 ${figures.audit_append_p99_ms} ms; ` +
        `${records} records verified in ${rounded(seconds)} s (${rounded(cpu)} s of processor time)`,
    );
    return figures;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/**
 * Returns an entry as the executor writes it for one of eight people. The entry is an intent with a reason, or an
 * outcome without a reason.
 */
function entry(index: number): AuditEntry {
  const intent = index % 2 === 0;
  return {
    action: intent ? "intent" : "outcome",
    actor: {
      keyId: `key-${index % 8}`,
      name: `person ${index % 8}`,
      role: "operator",
      ...(index % 10 === 0 && { onBehalfOf: "another person" }),
    },
    subject: `execution 6f9619ff-8b86-4011-b42d-${String(index >> 1).padStart(12, "0")}`,
    summary: "service_restart on rack1-n1: restart ssh",
    planHash: "5".repeat(64),
    rule: "write-in-prod",
    policyVersion: "7".repeat(64),
    executionId: `6f9619ff-8b86-4011-b42d-${String(index >> 1).padStart(12, "0")}`,
    ...(intent ? { reason: "its sessions hang since the update" } : { result: "succeeded" }),
  };
}

const failed = (why: string): never => {
  throw new Error(`the audit log of the benchmark does not verify: ${why}`);
};

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
