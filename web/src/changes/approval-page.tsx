/** Shows one approval request in full, with all steps, the rollback, the hashes that the approval covers, and the execution. */
import { useEffect } from "react";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import { useAttempt } from "../parts/attempt.tsx";
import { LostPage } from "../parts/lost-page.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { approvalsHref, executionHref } from "../parts/route.ts";
import { CliPanel } from "../parts/text/cli-panel.tsx";
import { CopyableFacts } from "../parts/text/copyable-facts.tsx";
import { useNow } from "../parts/time/use-now.ts";
import { ApprovalCard } from "./approval-card.tsx";
import { stateAt } from "./approval-states.ts";
import { executionLabel } from "./execution-states.ts";

export function ApprovalPage({ id }: { id: string }) {
  const { live } = usePage();
  const { fleet, loaded } = useView();
  const { attempt, problem } = useAttempt();
  const approval = fleet.approvals.get(id);
  const unlisted = loaded && approval === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: loads the approval only if the list does not contain it
  useEffect(() => {
    if (unlisted) void attempt(() => live.fetchApproval(id));
  }, [unlisted, live, id]);
  if (approval) return <Known approval={approval} />;
  if (problem) return <LostPage what={`${problem.message}.`} />;
  return <p className="asking">Loading…</p>;
}

function Known({ approval }: { approval: Approval }) {
  const { fleet } = useView();
  const open = useNow((nowMs) => Number(stateAt(approval, nowMs) === "pending")) === 1;
  const execution = [...fleet.executions.values()].find(({ planId }) => planId === approval.planId);
  const commands = open
    ? [`muster approve ${approval.id} --reason "…"`, `muster deny ${approval.id} --reason "…"`, `muster plan ${approval.planId}`]
    : [`muster plan ${approval.planId}`, ...(execution ? [`muster execution ${execution.id}`] : [])];
  return (
    <section className="detail">
      <nav className="crumbs" aria-label="Breadcrumb">
        <a href={approvalsHref}>Approvals</a> /
      </nav>
      <ApprovalCard approval={approval} whole />
      {execution && (
        <p className={`panel tone-${executionLabel[execution.status].tone}`}>
          <a href={executionHref(execution.id)}>Execution: {executionLabel[execution.status].word.toLowerCase()}</a>
        </p>
      )}
      <details className="panel">
        <summary>Hashes that this approval is bound to</summary>
        <p className="soft">
          If a listed hash changes before the execution starts, Muster drops the approval. A plan with a dropped approval must be requested
          again.
        </p>
        <dl className="facts">
          <CopyableFacts
            facts={[
              ["Approval", approval.id],
              ["Plan", approval.planId],
              ["Plan", approval.planHash],
              ["Preview", approval.previewHash],
              ["Targets", approval.targetsHash],
              ["Policy", approval.policyVersion],
            ]}
          />
        </dl>
      </details>
      <CliPanel commands={commands} />
    </section>
  );
}
