/** Shows one runbook, and proposes it with the entered values. An alert opens this page with its nodes filled in. */
import { type SyntheticEvent, useState } from "react";
import type { Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { OfferedRunbook } from "../../../../daemon/contract/changes/offer.ts";
import { ActionButton } from "../../parts/action-button.tsx";
import { Problem, useAttempt } from "../../parts/attempt.tsx";
import { LostPage } from "../../parts/lost-page.tsx";
import { usePage } from "../../parts/page-context.ts";
import { approvalHref, executionHref } from "../../parts/route.ts";
import { Hint } from "../../parts/text/hint.tsx";
import { useHash } from "../../parts/use-address.ts";
import { PlanSteps } from "../plan-steps.tsx";
import { RunbookParameter } from "./runbook-parameter.tsx";
import { type Filled, parseProposalHash, proposalOf } from "./runbook-query.ts";
import { useRunbooks } from "./use-runbooks.ts";

export function RunbookPage({ name }: { name: string }) {
  const { found, problem } = useRunbooks({});
  const runbook = found?.runbooks.find((one) => one.name === name);
  if (!found) return problem ? <Problem problem={problem} /> : <p className="asking">Loading the runbook…</p>;
  if (!runbook) return <LostPage what={`There is no runbook ${name}.`} />;
  const symptoms = [...new Set(runbook.triggers.flatMap((trigger) => trigger.symptoms))];
  return (
    <article className="detail">
      <header className="detail-head">
        <h1>{name}</h1>
        <p className="verdict-text">
          <Hint text={runbook.description} />
        </p>
        <p className="soft">
          Symptoms: {symptoms.length > 0 ? symptoms.join(", ") : "none"}. Tools: {runbook.tools.join(", ")}.
        </p>
      </header>
      <ProposalForm runbook={runbook} />
    </article>
  );
}

function ProposalForm({ runbook }: { runbook: OfferedRunbook }) {
  const { client, live } = usePage();
  const before = parseProposalHash(useHash());
  const [nodes, setNodes] = useState(before.nodes);
  const [reason, setReason] = useState(before.reason);
  const [filled, setFilled] = useState<Filled>({});
  const [preview, setPreview] = useState<Proposed>();
  const { attempt, busy, problem } = useAttempt();
  const proposal = proposalOf(runbook, filled, nodes, reason);
  const show = () => attempt(async () => setPreview(await client.propose({ ...proposal, dryRun: true })));
  const propose = (event: SyntheticEvent) => {
    event.preventDefault();
    void attempt(async () => {
      const { approval, execution } = await client.propose({ ...proposal, dryRun: false });
      if (approval) live.takeApproval(approval);
      if (execution) location.hash = executionHref(execution.id);
      else if (approval) location.hash = approvalHref(approval.id);
    });
  };
  return (
    <section aria-labelledby="proposal-title">
      <h2 className="section-title" id="proposal-title">
        Proposal
      </h2>
      <form className="panel runbook-form" onSubmit={propose}>
        {runbook.needsNodes && (
          <label>
            Nodes
            <input
              required
              spellCheck={false}
              placeholder="rack1-n1, group:dev or all"
              value={nodes}
              onChange={({ target }) => setNodes(target.value)}
            />
          </label>
        )}
        {runbook.parameters.map((parameter) => (
          <RunbookParameter
            key={parameter.name}
            parameter={parameter}
            value={filled[parameter.name]}
            onChange={(value) => setFilled({ ...filled, [parameter.name]: value })}
          />
        ))}
        <label>
          Reason
          <input maxLength={500} value={reason} onChange={({ target }) => setReason(target.value)} />
        </label>
        <Problem problem={problem} />
        <div className="actions">
          <ActionButton type="submit" className="primary" busy={busy}>
            Propose
          </ActionButton>
          <ActionButton busy={busy} onClick={() => void show()}>
            Preview the plan
          </ActionButton>
          <span className="soft">The policy decides if the plan starts now, needs approval, or is refused.</span>
        </div>
      </form>
      {preview && (
        <>
          <p className="runbook-decision" role="status">
            The policy answers <strong>{preview.work.decision.answer}</strong> by the rule <code>{preview.work.decision.rule}</code>.
          </p>
          <PlanSteps steps={preview.work.plan.steps} title="Steps" />
        </>
      )}
    </section>
  );
}
