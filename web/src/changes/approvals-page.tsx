/** Shows the pending and the finished approval requests. */
import { useState } from "react";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import { useView } from "../parts/page-context.ts";
import { approvalHref } from "../parts/route.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { useNow } from "../parts/time/use-now.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { approvalLabel, sortApprovals, stateAt } from "./approval-states.ts";
import { usePlanOf } from "./use-plan.ts";

/** The number of requests that are shown at first, because the page loads the plan of each request. */
const SHOWN_AT_ONCE = 20;

export function ApprovalsPage() {
  const { fleet, loaded } = useView();
  const [shown, setShown] = useState(SHOWN_AT_ONCE);
  // The order also changes with the clock, because requests expire.
  // The order is stored as one string of all ids, because strings are compared by value.
  const order = useNow((nowMs) => {
    const { waiting, over } = sortApprovals(fleet.approvals.values(), nowMs);
    return JSON.stringify([waiting.map(({ id }) => id), over.map(({ id }) => id)]);
  });
  if (!loaded) return <p className="asking">Loading…</p>;
  const [waitingIds, overIds] = JSON.parse(order) as [string[], string[]];
  const known = (ids: string[]) => ids.flatMap((id) => fleet.approvals.get(id) ?? []);
  const [waiting, over] = [known(waitingIds), known(overIds)];
  return (
    <section className="detail">
      <div className="counts">
        <h1>
          Approvals <span className="count">{waiting.length}</span>
        </h1>
      </div>
      {waiting.length === 0 ? (
        <section className="empty" aria-labelledby="no-approvals">
          <h2 id="no-approvals">No pending approvals</h2>
          <p>
            Changes that need an approval by policy appear here when they are requested. Request one with <code>muster do</code>, or preview
            the decision:
          </p>
          <p>
            <code>muster do service_restart unit=ssh.service --on NODE --dry-run</code>
          </p>
        </section>
      ) : (
        <ul className="approvals" aria-label="Pending approvals">
          {waiting.map((approval) => (
            <li key={approval.id}>
              <ApprovalCard approval={approval} />
            </li>
          ))}
        </ul>
      )}
      {over.length > 0 && (
        <>
          <h2 className="section-title">
            Decided or over <span className="count">{over.length}</span>
          </h2>
          <ul className="job-rows">
            {over.slice(0, shown).map((approval) => (
              <Row key={approval.id} approval={approval} />
            ))}
          </ul>
          {over.length > shown && (
            <p>
              <button type="button" onClick={() => setShown(shown + SHOWN_AT_ONCE)}>
                Show more
              </button>
            </p>
          )}
        </>
      )}
    </section>
  );
}

function Row({ approval }: { approval: Approval }) {
  const { work } = usePlanOf(approval);
  const state = useNow((nowMs) => stateAt(approval, nowMs));
  const { word, tone } = approvalLabel[state];
  return (
    <li className={`job-row approval-row tone-${tone}`} data-approval={approval.id} data-state={state}>
      <span className="badge">{word}</span>
      <a className="job-name" href={approvalHref(approval.id)}>
        {work ? <Untrusted text={work.plan.summary} /> : approval.id}
      </a>
      <span className="job-summary soft">
        requested by <Untrusted text={approval.requestedBy} />
        {approval.votes.map(({ by, answer, keyId }) => (
          <span key={keyId}>
            , <Untrusted text={by} /> {answer === "approve" ? "approved" : "denied"}
          </span>
        ))}
      </span>
      <span className="job-when soft">
        <Ago at={approval.createdAt} />
      </span>
    </li>
  );
}
