/** Shows one approval request with all information that is needed to answer it. */
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import { Problem } from "../parts/attempt.tsx";
import { approvalHref, nodeHref } from "../parts/route.ts";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago } from "../parts/time/ago.tsx";
import { Countdown } from "../parts/time/countdown.tsx";
import { useNow } from "../parts/time/use-now.ts";
import { ApprovalAnswer } from "./approval-answer.tsx";
import { approvalLabel, deadlineOf, stateAt } from "./approval-states.ts";
import { ApprovalWhy } from "./approval-why.tsx";
import { PlanSteps } from "./plan-steps.tsx";
import { costText, coverageText, expectedText } from "./plan-words.ts";
import { usePlanOf } from "./use-plan.ts";

/** The maximum number of steps in the list. A longer plan is answered on its own page, which shows all steps. */
const STEPS_IN_LIST = 6;

export function ApprovalCard({ approval, whole = false }: { approval: Approval; whole?: boolean }) {
  const { work, problem } = usePlanOf(approval);
  const state = useNow((nowMs) => stateAt(approval, nowMs));
  const until = state === "expired" ? undefined : deadlineOf(approval);
  const { word, tone } = approvalLabel[state];
  const Heading = whole ? "h1" : "h2";
  return (
    <article className={`approval tone-${tone}`} data-approval={approval.id} data-state={state}>
      <header className="approval-head">
        <span className="badge" role="status">
          {word}
        </span>
        <Heading>
          {work === undefined ? (
            <span className="soft">{problem ? "Its plan cannot be read" : "Loading the plan…"}</span>
          ) : whole ? (
            <Untrusted text={work.plan.summary} />
          ) : (
            <a href={approvalHref(approval.id)}>
              <Untrusted text={work.plan.summary} />
            </a>
          )}
        </Heading>
        {until !== undefined && (
          <Countdown
            until={until}
            from={state === "approved" ? (approval.votes.at(-1)?.at ?? approval.createdAt) : approval.createdAt}
            what={state === "approved" ? "left to start" : "left to decide"}
          />
        )}
        <Problem problem={problem} />
      </header>
      {work && <Asked approval={approval} work={work} />}
      {work && <Content approval={approval} work={work} whole={whole} />}
    </article>
  );
}

function Asked({ approval, work }: { approval: Approval; work: PlannedWork }) {
  return (
    <>
      <p>
        Requested by{" "}
        <strong>
          <Untrusted text={approval.requestedBy} />
        </strong>
        {approval.onBehalfOf !== undefined && (
          <>
            {" "}
            for <Untrusted text={approval.onBehalfOf} />
          </>
        )}{" "}
        <span className="soft">
          ({work.requesterRole}) <Ago at={approval.createdAt} />
        </span>
        {work.reason === "" ? (
          <span className="soft">, without a reason</span>
        ) : (
          <q className="said">
            <Untrusted text={work.reason} />
          </q>
        )}
      </p>
      {work.plan.tainted && (
        <p className="notice tainted">
          <strong>Tainted.</strong> Before this request, the requester had read untrusted text, such as output or logs of machines. The
          untrusted text may have caused the request. Trust the listed steps, not the stated reason.
        </p>
      )}
    </>
  );
}

function Content({ approval, work, whole }: { approval: Approval; work: PlannedWork; whole: boolean }) {
  const { plan } = work;
  const shown = whole ? plan.steps : plan.steps.slice(0, STEPS_IN_LIST);
  const left = plan.steps.length - shown.length;
  const cost = costText(plan.steps);
  return (
    <>
      <div className="approval-facts">
        <span>
          Targets:{" "}
          {plan.targets.length === 0
            ? "no node"
            : plan.targets.slice(0, whole ? undefined : STEPS_IN_LIST).map(({ node, address }) => (
                <a key={node} href={nodeHref(node)} title={address}>
                  {node}
                </a>
              ))}
          {!whole && plan.targets.length > STEPS_IN_LIST && ` and ${plan.targets.length - STEPS_IN_LIST} more`}
        </span>
        <span className={work.coverage < 1 ? "coverage-part" : "soft"}>{coverageText(work)}</span>
        <span className="soft">{expectedText(plan.steps)}</span>
        {cost !== undefined && <span className="soft">{cost}</span>}
        <span className="soft">
          {plan.rollback.length === 0 ? "cannot be rolled back" : `${plan.rollback.length} of its steps can be rolled back`}
        </span>
      </div>
      <PlanSteps steps={shown} title={`Steps of ${plan.summary}`} />
      {left > 0 && (
        <p>
          <a href={approvalHref(approval.id)}>
            {left} more {left === 1 ? "step" : "steps"}
          </a>
        </p>
      )}
      {whole && plan.rollback.length > 0 && (
        <>
          <h2 className="section-title">Rollback if a step fails</h2>
          <PlanSteps steps={plan.rollback.map(({ step }) => step)} title={`Rollback of ${plan.summary}`} undoes={plan.rollback} />
        </>
      )}
      <ApprovalWhy approval={approval} work={work} />
      <ApprovalAnswer
        approval={approval}
        work={work}
        unseen={
          left > 0
            ? "To approve or deny the request, open the page of the request. This page does not show all steps of the plan."
            : undefined
        }
      />
    </>
  );
}
