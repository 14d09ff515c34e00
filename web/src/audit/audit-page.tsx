/** Who did, wanted or was refused what: searched, filtered, taken along; and whether the chain of the records still holds. */
import { useState } from "react";
import { Problem } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { CliPanel } from "../parts/text/cli-panel.tsx";
import { AuditChain } from "./audit-chain.tsx";
import { AuditExport } from "./audit-export.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import { type AuditWish, askedOf, looksFurther, wholeAudit } from "./audit-query.ts";
import { AuditRow } from "./audit-row.tsx";
import { useAudit } from "./use-audit.ts";
import { useAuditWish } from "./use-audit-query.ts";

export function AuditPage() {
  const { session } = usePage();
  const [wish, change] = useAuditWish();
  const [look, setLook] = useState(0);
  if (session.role !== "admin") {
    return (
      <section className="empty" aria-labelledby="not-yours">
        <h1 id="not-yours">The audit takes an admin's key</h1>
        <p>
          It tells of people: their names, their reasons, and from where somebody tried to log in. Your key's role is {session.role}. Log in
          with a key of the role admin, which <code>muster key create NAME --role admin</code> makes.
        </p>
      </section>
    );
  }
  return (
    <section className="detail">
      <div className="counts">
        <h1>Audit</h1>
        <button type="button" onClick={() => setLook(look + 1)}>
          Look again
        </button>
      </div>
      <AuditChain />
      <AuditFilters wish={wish} change={change} />
      {/* Another question is another list; what is only filtered here stays the same one. */}
      <Records key={`${look} ${JSON.stringify(askedOf(wish))}`} wish={wish} onAll={() => change(wholeAudit)} />
      <CliPanel commands={commandsOf(wish)} />
    </section>
  );
}

function commandsOf({ user, action }: AuditWish): string[] {
  const by = `${user === "" ? "" : ` --user '${user.replaceAll("'", "'\\''")}'`}${action === "" ? "" : ` --action ${action}`}`;
  return [`muster audit${by}`, "muster audit --export audit.ndjson", "muster audit verify"];
}

function Records({ wish, onAll }: { wish: AuditWish; onAll: () => void }) {
  const { fitting, looked, busy, problem, more } = useAudit(wish);
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
            : looksFurther(wish)
              ? `${fitting.length} fit of ${looked.records.length} looked at${whole}`
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
          <h2 id="none-fits">No record fits</h2>
          <p>{looked.end ? "There is none that is so, as far back as records are kept." : "None among those looked at so far."}</p>
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
            {busy ? "Looking…" : looksFurther(wish) ? "Look further back" : "Older records"}
          </button>
        </p>
      )}
    </>
  );
}
