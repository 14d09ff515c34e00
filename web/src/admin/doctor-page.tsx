/** Shows the findings of `muster doctor` on the control node, with advice for each finding. */
import { useEffect, useState } from "react";
import type { Check, Examination } from "../../../daemon/contract/admin/doctor.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage } from "../parts/page-context.ts";
import { CliPanel } from "../parts/text/cli-panel.tsx";
import { Hint } from "../parts/text/hint.tsx";
import { Ago } from "../parts/time/ago.tsx";

export function DoctorPage() {
  const { client } = usePage();
  const { attempt, busy, problem } = useAttempt();
  const [found, setFound] = useState<Examination>();
  const look = () => attempt(async () => setFound(await client.doctor()));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the check runs once, and again on request
  useEffect(() => void look(), [client]);
  const wrong = found?.checks.filter(({ ok }) => !ok) ?? [];
  const right = found?.checks.filter(({ ok }) => ok) ?? [];
  return (
    <article className="detail doctor" aria-busy={busy}>
      <header className={`detail-head ${found ? (wrong.length > 0 ? "tone-bad" : "tone-good") : "tone-idle"}`}>
        <h1>{found ? verdict(wrong.length) : problem ? "Doctor" : "Checking…"}</h1>
        <p className="verdict-text soft">
          {found ? (
            <>
              Checks on the control node, <Ago at={found.at} />.
            </>
          ) : (
            "This check runs some programs to read their versions. The check takes a few seconds."
          )}
        </p>
        <div className="actions">
          <button type="button" disabled={busy} onClick={() => void look()}>
            {busy ? "Checking…" : "Refresh"}
          </button>
        </div>
      </header>
      <Problem problem={problem} />
      {!found && busy && <Skeleton />}
      {wrong.length > 0 && <Checks title="Problems" checks={wrong} />}
      {right.length > 0 && <Checks title="Passed" checks={right} />}
      <CliPanel commands={["muster doctor"]} />
    </article>
  );
}

function verdict(problems: number): string {
  if (problems === 0) return "No problems";
  return problems === 1 ? "One problem" : `${problems} problems`;
}

function Checks({ title, checks }: { title: string; checks: readonly Check[] }) {
  const id = title.replaceAll(" ", "-").toLowerCase();
  return (
    <section aria-labelledby={id}>
      <h2 className="section-title" id={id}>
        {title} <span className="count">{checks.length}</span>
      </h2>
      <ul className="checks">
        {checks.map((check) => (
          <li key={check.name} className="check" data-check={check.name}>
            <span className={`badge tone-${check.ok ? "good" : "bad"}`}>{check.ok ? "ok" : "problem"}</span>
            <strong className="check-name">{check.name}</strong>
            <span className="check-detail">{check.detail}</span>
            {check.advice !== undefined && (
              <p className={check.ok ? "check-advice soft" : "check-advice"}>
                <span aria-hidden="true">→ </span>
                <Hint text={check.advice} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Skeleton() {
  return (
    <div className="checks" aria-hidden="true">
      {[1, 2, 3, 4, 5, 6].map((row) => (
        <div key={row} className="check skeleton" />
      ))}
    </div>
  );
}
