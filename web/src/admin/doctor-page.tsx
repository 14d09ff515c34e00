/** What `muster doctor` finds on the control node, what to do about it, and what could be done besides. */
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, and again when asked for
  useEffect(() => void look(), [client]);
  const wrong = found?.checks.filter(({ ok }) => !ok) ?? [];
  const right = found?.checks.filter(({ ok }) => ok) ?? [];
  return (
    <article className="detail doctor" aria-busy={busy}>
      <header className={`detail-head ${found ? (wrong.length > 0 ? "tone-bad" : "tone-good") : "tone-idle"}`}>
        <h1>{found ? verdict(wrong.length) : problem ? "Doctor" : "Looking…"}</h1>
        <p className="verdict-text soft">
          {found ? (
            <>
              What a start depends on, on the control node, <Ago at={found.at} />.
            </>
          ) : (
            "It starts some programs and asks them for their versions: that takes some seconds."
          )}
        </p>
        <div className="actions">
          <button type="button" disabled={busy} onClick={() => void look()}>
            {busy ? "Looking…" : "Look again"}
          </button>
        </div>
      </header>
      <Problem problem={problem} />
      {!found && busy && <Skeleton />}
      {wrong.length > 0 && <Checks title="To be put right" checks={wrong} />}
      {right.length > 0 && <Checks title="In order" checks={right} />}
      <CliPanel commands={["muster doctor"]} />
    </article>
  );
}

function verdict(problems: number): string {
  if (problems === 0) return "Nothing is wrong";
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
