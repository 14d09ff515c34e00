/** Shows one audit record, as a line or in full. The texts of a record come from people and machines, so they are untrusted. */
import { useEffect, useState } from "react";
import type { AuditRecord } from "../../../daemon/contract/audit/audit.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { Copy } from "../parts/text/copy.tsx";
import { CopyableFacts } from "../parts/text/copyable-facts.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { readLine, type SealedLine } from "./audit-line.ts";
import { sha256Hex } from "./digest.ts";
import { actionTone, resultTone, subjectLink } from "./outcomes.ts";

export function AuditRow({ record }: { record: AuditRecord }) {
  const [open, setOpen] = useState(false);
  const { seq, at, actor, action, summary, result } = record;
  return (
    <li className="audit-record" data-seq={seq}>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span className="number soft">{seq}</span>
          <Ago at={at} />
          <span className="audit-who">
            <Untrusted text={actor.name} />
            {actor.onBehalfOf !== undefined && (
              <span className="soft">
                {" "}
                for <Untrusted text={actor.onBehalfOf} />
              </span>
            )}
          </span>
          <span className={`badge tone-${actionTone(action)}`}>{action}</span>
          <span className="audit-what">
            <Untrusted text={summary} />
          </span>
          <span className={`audit-result tone-${resultTone(result)}`}>{result !== undefined && <Untrusted text={result} />}</span>
        </summary>
        {open && <Whole record={record} />}
      </details>
    </li>
  );
}

function Whole({ record }: { record: AuditRecord }) {
  const { actor, subject, reason, rule, planHash, policyVersion, executionId, costUsd, prevHash, hash } = record;
  const place = subjectLink(record);
  const facts: [string, string | undefined][] = [
    ["By", `${actor.name}, key ${actor.keyId}, role ${actor.role}${actor.onBehalfOf === undefined ? "" : `, for ${actor.onBehalfOf}`}`],
    ["About", subject],
    ["Reason", reason],
    ["Rule", rule],
    ["Cost", costUsd === undefined || costUsd === 0 ? undefined : `$${costUsd}`],
  ];
  const hashes: [string, string | undefined][] = [
    ["Plan", planHash],
    ["Policy", policyVersion],
    ["Execution", executionId],
    ["Hash before", prevHash],
    ["Hash", hash],
  ];
  return (
    <div className="audit-whole">
      <dl className="facts">
        {facts.map(([what, value]) =>
          value === undefined ? null : (
            <div key={what}>
              <dt>{what}</dt>
              <dd>
                <Untrusted text={value} />
              </dd>
            </div>
          ),
        )}
        <CopyableFacts facts={hashes} />
      </dl>
      {place !== undefined && (
        <p>
          <a href={place}>Open</a>
        </p>
      )}
      <Sealed seq={record.seq} />
    </div>
  );
}

/**
 * Shows the record exactly as it was hashed. The record contains only salted digests of names and reasons, so that the
 * texts can be erased.
 */
function Sealed({ seq }: { seq: number }) {
  const { client } = usePage();
  const { attempt, problem } = useAttempt();
  const [line, setLine] = useState<SealedLine>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the request is sent once, when the user opens the record
  useEffect(() => {
    void attempt(async () => {
      const lines = new TextDecoder().decode(await client.exportAudit({ after: seq - 1, limit: 1 })).split("\n");
      for (const each of lines) {
        const read = readLine(each);
        if (read?.kind === "record" && read.record.seq === seq) setLine(read);
      }
    });
  }, [seq]);
  if (problem) return <Problem problem={problem} />;
  if (!line) return <p className="soft">Loading the record as it was hashed…</p>;
  const holds = sha256Hex(line.text) === line.hash;
  return (
    <>
      <p>
        <span className={`badge tone-${holds ? "good" : "bad"}`}>{holds ? "hash matches" : "altered"}</span>{" "}
        <span className="soft">The canonical record, as it was hashed</span> <Copy text={line.text} />
      </p>
      <section className="canonical" aria-label={`Canonical record ${seq}`}>
        <Untrusted text={line.text} />
      </section>
    </>
  );
}
