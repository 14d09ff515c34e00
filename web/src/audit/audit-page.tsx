/** Shows the audit log with search, filters, export, and verification of the chain. */
import { useState } from "react";
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { CliPanel } from "../parts/text/cli-panel.tsx";
import { useAddress } from "../parts/use-address.ts";
import { AuditChain } from "./audit-chain.tsx";
import { AuditExport } from "./audit-export.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import { type AuditFilter, askedOf, auditHash, filtersOnPage, parseAuditHash, wholeAudit } from "./audit-query.ts";
import { AuditRow } from "./audit-row.tsx";
import { useAudit } from "./use-audit.ts";

export function AuditPage() {
  const { session } = usePage();
  const [filter, change] = useAddress(parseAuditHash, auditHash);
  const [look, setLook] = useState(0);
  if (session.role !== "admin") {
    return (
      <section className="empty" aria-labelledby="not-yours">
        <h1 id="not-yours">The audit log requires an admin's key</h1>
        <p>
          The audit log contains personal data: names, reasons, and the addresses of failed logins. Your key's role is {session.role}. Log
          in with a key of the role admin. <code>muster key create NAME --role admin</code> creates one.
        </p>
      </section>
    );
  }
  return (
    <section className="detail">
      <div className="counts">
        <h1>Audit log</h1>
        <button type="button" onClick={() => setLook(look + 1)}>
          Refresh
        </button>
      </div>
      <AuditChain />
      <AuditFilters filter={filter} change={change} />
      {/* The list is loaded again if a filter of the daemon changes. The page itself applies the other filters. */}
      <Records key={`${look} ${JSON.stringify(askedOf(filter))}`} filter={filter} onAll={() => change(wholeAudit)} />
      <CliPanel commands={commandsOf(filter)} />
    </section>
  );
}

function commandsOf({ user, action }: AuditFilter): string[] {
  const by = `${user === "" ? "" : ` --user '${user.replaceAll("'", "'\\''")}'`}${action === "" ? "" : ` --action ${action}`}`;
  return [`muster audit${by}`, "muster audit --export audit.ndjson", "muster audit verify"];
}

function Records({ filter, onAll }: { filter: AuditFilter; onAll: () => void }) {
  const { fitting, looked, busy, problem, more } = useAudit(filter);
  const oldest = looked.records.at(-1);
  const whole = looked.end ? "" : `, back to record ${oldest?.seq}`;
  return (
    <>
      <div className="audit-found">
        <p className="soft number" role="status">
          {looked.records.length === 0
            ? busy
              ? "Looking…"
              : ""
            : filtersOnPage(filter)
              ? `${fitting.length} of ${looked.records.length} searched records match${whole}`
              : `${fitting.length} ${fitting.length === 1 ? "record" : "records"}${whole}`}
        </p>
        <AuditExport records={fitting} />
      </div>
      <Problem problem={problem} />
      {fitting.length > 0 && (
        <ul className="audit-records" aria-label="Records">
          {fitting.map((record) => (
            <AuditRow key={record.seq} record={record} />
          ))}
        </ul>
      )}
      {fitting.length === 0 && !busy && problem === undefined && (
        <section className="empty" aria-labelledby="none-fits">
          <h2 id="none-fits">No record matches</h2>
          <p>{looked.end ? "No stored record matches." : "No match so far. Older records have not been searched yet."}</p>
          <p>
            <button type="button" onClick={onAll}>
              Show all records
            </button>
          </p>
        </section>
      )}
      {!looked.end && looked.records.length > 0 && (
        <p>
          <button type="button" disabled={busy} onClick={more}>
            {busy ? "Searching…" : filtersOnPage(filter) ? "Search older records" : "Older records"}
          </button>
        </p>
      )}
    </>
  );
}
