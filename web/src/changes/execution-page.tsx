/** Shows one execution with the state and output of each step, and a button to cancel it. */
import { useEffect } from "react";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import type { PlannedWork } from "../../../daemon/contract/changes/plan.ts";
import { doneOf } from "../live/latest.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { LostPage } from "../parts/lost-page.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { approvalHref, executionsHref } from "../parts/route.ts";
import { CliPanel } from "../parts/text/cli-panel.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago, Lasting } from "../parts/time/ago.tsx";
import { executionLabel, isExecutionCancellable, shownSteps } from "./execution-states.ts";
import { ExecutionStep } from "./execution-step.tsx";
import { Interrupted, resumeCommand } from "./interrupted.tsx";
import { usePlan } from "./use-plan.ts";

/** The polling interval in milliseconds. The feed reports the end of a step, but not its start. */
const AGAIN_MS = 1500;

export function ExecutionPage({ id }: { id: string }) {
  const { live } = usePage();
  const { fleet, loaded } = useView();
  const { attempt, problem } = useAttempt();
  const execution = fleet.executions.get(id);
  // Loads the execution even if the list contains it, because the list omits the output of steps.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once after the fleet is loaded
  useEffect(() => {
    if (loaded) void attempt(() => live.fetchExecution(id));
  }, [loaded, live, id]);
  const lacksReport = execution?.interrupted === true && execution.interruption === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once after the end of an interrupted execution
  useEffect(() => {
    if (lacksReport) void attempt(() => live.fetchExecution(id));
  }, [lacksReport, live, id]);
  const goesOn = execution?.status === "running";
  // biome-ignore lint/correctness/useExhaustiveDependencies: polls by the clock while the execution runs
  useEffect(() => {
    if (!goesOn) return;
    const timer = setInterval(() => void attempt(() => live.fetchExecution(id)), AGAIN_MS);
    return () => clearInterval(timer);
  }, [goesOn, live, id]);
  if (execution) return <Known execution={execution} />;
  if (problem) return <LostPage what={`${problem.message}.`} />;
  return <p className="asking">Loading…</p>;
}

function Known({ execution }: { execution: Execution }) {
  const { work, problem } = usePlan(execution.planId);
  const { word, tone, meaning } = executionLabel[execution.status];
  return (
    <article className="detail">
      <nav className="crumbs" aria-label="Breadcrumb">
        <a href={executionsHref}>Executions</a> /
      </nav>
      <header className={`detail-head tone-${tone}`}>
        <h1>{work ? <Untrusted text={work.plan.summary} /> : execution.id}</h1>
        <span className="badge" role="status">
          {word}
        </span>
        <p className="phase-line">
          {meaning} Requested by <Untrusted text={execution.requestedBy} /> <Ago at={execution.createdAt} />
          {execution.startedAt !== undefined && (
            <>
              {" · "}
              {execution.endedAt === undefined ? "running for" : "took"} <Lasting from={execution.startedAt} to={execution.endedAt} />
            </>
          )}
          {" · "}
          {doneOf(execution)} of {execution.steps.length} steps
          {execution.approvalId !== undefined && (
            <>
              {" · "}
              <a href={approvalHref(execution.approvalId)}>approval</a>
            </>
          )}
        </p>
        {execution.error !== undefined && (
          <p className="result">
            <strong>
              <Untrusted text={execution.error} />
            </strong>
          </p>
        )}
        {isExecutionCancellable(execution) && <Cancel execution={execution} />}
      </header>
      <Problem problem={problem} />
      {execution.interruption && <Interrupted id={execution.id} interruption={execution.interruption} />}
      {work && <Steps execution={execution} work={work} />}
      <CliPanel
        commands={[
          `muster execution ${execution.id} --follow`,
          ...(isExecutionCancellable(execution) ? [`muster execution ${execution.id} --cancel`] : []),
          ...(execution.interruption && execution.interruption.resume !== "never"
            ? [resumeCommand(execution.id, execution.interruption)]
            : []),
          `muster plan ${execution.planId}`,
        ]}
      />
    </article>
  );
}

function Cancel({ execution: { id } }: { execution: Execution }) {
  const { client, live, refusal } = usePage();
  const { attempt, busy, problem } = useAttempt();
  return (
    <div className="actions">
      <button
        type="button"
        className="danger"
        disabled={busy || refusal !== undefined}
        title={refusal}
        aria-describedby={refusal === undefined ? undefined : "refusal"}
        onClick={() => void attempt(async () => live.takeExecution(await client.cancelExecution({ id })))}
      >
        Cancel
      </button>
      <span className="soft">Stops the running steps and starts no further steps. Muster does not undo completed steps.</span>
      <Problem problem={problem} />
    </div>
  );
}

function Steps({ execution, work: { plan } }: { execution: Execution; work: PlannedWork }) {
  return (
    <ol className="execution-steps">
      {shownSteps(execution, plan).map((step) => (
        <ExecutionStep key={step.result.id} step={step} />
      ))}
    </ol>
  );
}
