/** Downloads the shown records as JSON, or all records with their proofs as NDJSON. */
import type { AuditRecord } from "../../../daemon/contract/audit/audit.ts";
import type { Client } from "../../../daemon/contract/client.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { readLine } from "./audit-line.ts";

const AT_ONCE = 10_000;

export function AuditExport({ records }: { records: readonly AuditRecord[] }) {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  return (
    <div className="actions">
      <button
        type="button"
        disabled={records.length === 0}
        title={records.length === 0 ? "No record is shown." : undefined}
        onClick={() => save("audit.json", new Blob([JSON.stringify(records, null, 2)], { type: "application/json" }))}
      >
        Download as JSON
      </button>
      <button
        type="button"
        disabled={busy}
        title="Downloads all records with their proofs. The command muster audit verify --export checks the downloaded file."
        onClick={() => void attempt(async () => save("audit.ndjson", await exported(client)))}
      >
        {busy ? "Exporting…" : "Download all as NDJSON"}
      </button>
      <Problem problem={problem} />
    </div>
  );
}

async function exported(client: Client): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let after = 0; ; ) {
    const part = new Uint8Array(await client.exportAudit({ after, limit: AT_ONCE }));
    const last = lastOf(new TextDecoder().decode(part));
    // Only the first part of an export begins with notes.
    // An export without records still contains these notes, so its first part is kept.
    if (last === undefined) return new Blob(after === 0 ? [part] : parts, { type: "application/x-ndjson" });
    parts.push(part);
    after = last;
  }
}

function lastOf(lines: string): number | undefined {
  const line = readLine(lines.slice(lines.lastIndexOf("\n", lines.length - 2) + 1).trimEnd());
  return line?.kind === "record" ? line.record.seq : undefined;
}

function save(name: string, file: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser needs time to read the file before the address of the file is revoked.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
