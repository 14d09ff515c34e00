/** Shows the list of executions. */
import { useState } from "react";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import { doneOf } from "../live/latest.ts";
import { useView } from "../parts/page-context.ts";
import { executionHref } from "../parts/route.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago, Lasting } from "../parts/time/ago.tsx";
import { executionLabel } from "./execution-states.ts";
import { usePlan } from "./use-plan.ts";

/** The number of executions that are shown at first, because the page loads the plan of each execution. */
const SHOWN_AT_ONCE = 20;

export function ExecutionsPage() {
  const { fleet, loaded } = useView();
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  if (!loaded) return <p className="asking">Loading…</p>;
  const all = [...fleet.executions.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id));
  return (
    <section className="detail">
      <div className="counts">
        <h1>
          Executions <span className="count">{all.length}</span>
        </h1>
      </div>
      {all.length === 0 ? (
        <section className="empty" aria-labelledby="nothing-done">
          <h2 id="nothing-done">No executions yet</h2>
          <p>
            Start with a read-only one: <code>muster do disk_usage --on all --follow</code>
          </p>
        </section>
      ) : (
        <ul className="job-rows">
          {all.slice(0, shown).map((execution) => (
            <Row key={execution.id} execution={execution} />
          ))}
        </ul>
      )}
      {all.length > shown && (
        <p>
          <button type="button" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
            Show more
          </button>
        </p>
      )}
    </section>
  );
}

function Row({ execution }: { execution: Execution }) {
  const { work } = usePlan(execution.planId);
  const { word, tone } = executionLabel[execution.status];
  return (
    <li className={`job-row approval-row tone-${tone}`} data-execution={execution.id}>
      <span className="badge">{word}</span>
      <a className="job-name" href={executionHref(execution.id)}>
        {work ? <Untrusted text={work.plan.summary} /> : execution.id}
      </a>
      <span className="job-summary soft">
        {doneOf(execution)} of {execution.steps.length} steps · requested by <Untrusted text={execution.requestedBy} />
      </span>
      <span className="job-when soft">
        {execution.startedAt !== undefined && (
          <>
            <Lasting from={execution.startedAt} to={execution.endedAt} />
            {" · "}
          </>
        )}
        <Ago at={execution.createdAt} />
      </span>
    </li>
  );
}
