/** Shows one job with its result and its live output. */
import { lazy, Suspense, useEffect } from "react";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { optionsInWords } from "../../../daemon/contract/jobs/run-options.ts";
import { ActionButton } from "../parts/action-button.tsx";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { isCancellable, isOver, jobLabel } from "../parts/jobs/job-states.ts";
import { LostPage } from "../parts/lost-page.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { jobHref, jobsHref, nodeHref } from "../parts/route.ts";
import { Hint } from "../parts/text/hint.tsx";
import { Untrusted } from "../parts/text/untrusted.tsx";
import { Ago, Lasting } from "../parts/time/ago.tsx";
import { useAddress } from "../parts/use-address.ts";
import { jobViewHash, parseJobView } from "./job-view.ts";
import { JobOutputView } from "./output/job-output.tsx";
import { rerunOf } from "./rerun.ts";
import { waveOf } from "./wave.ts";
import { WaveResults } from "./wave-results.tsx";

/** Only previews have differences. */
const CheckDiff = lazy(async () => ({ default: (await import("./preview-changes.tsx")).CheckDiff }));

export function JobPage({ id }: { id: string }) {
  const { live } = usePage();
  const { fleet, loaded } = useView();
  const { attempt, problem } = useAttempt();
  const job = fleet.jobs.get(id);
  const unlisted = loaded && job === undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: loads the job only if the list does not contain it
  useEffect(() => {
    if (unlisted) void attempt(() => live.fetchJob(id));
  }, [unlisted, live, id]);
  if (job) return <KnownJob job={job} />;
  if (problem) return <LostPage what={`${problem.message}.`} />;
  return <p className="asking">Loading…</p>;
}

function KnownJob({ job }: { job: Job }) {
  const { live, client } = usePage();
  const { logs, fleet } = useView();
  const log = logs.get(job.id);
  const [view, changeView] = useAddress(parseJobView, jobViewHash);
  const { attempt, busy, problem } = useAttempt();
  useEffect(() => live.watch(job.id), [live, job.id]);
  const { word, tone } = jobLabel[job.status];
  const preview = job.purpose === "preview";
  const tall = (preview && view.show === "changes") || waveOf(job, fleet.jobs.values()).length > 0;
  return (
    <article className={tall ? "detail job tall" : "detail job"}>
      <nav className="crumbs" aria-label="Breadcrumb">
        <a href={jobsHref}>Jobs</a> /
      </nav>
      <header className={`detail-head tone-${tone}`}>
        <h1>
          {job.playbook}
          <Untrusted text={optionsInWords(job.options)} /> on <a href={nodeHref(job.nodeName)}>{job.nodeName}</a>
        </h1>
        <span className="badge" role="status">
          {word}
        </span>
        <p className="phase-line">
          <span className="mono">{job.id}</span> · requested by {job.requestedBy} <Ago at={job.createdAt} />
          {job.startedAt !== undefined && (
            <>
              {" · "}
              {job.endedAt === undefined ? "running for" : "took"} <Lasting from={job.startedAt} to={job.endedAt} />
            </>
          )}
          {job.attempt > 1 && ` · attempt ${job.attempt}`}
        </p>
        {isOver(job.status) && (
          <div className="actions">
            <ActionButton
              busy={busy}
              onClick={() =>
                void attempt(async () => {
                  location.hash = jobHref((await rerunOf(job)(client)).id);
                })
              }
            >
              {job.purpose === "preview" ? "Preview again" : "Run again"}
            </ActionButton>
            <Problem problem={problem} />
          </div>
        )}
        {isCancellable(job.status) && (
          <div className="actions">
            <ActionButton className="danger" busy={busy} onClick={() => void attempt(() => client.cancelJob({ id: job.id }))}>
              Cancel
            </ActionButton>
            <Problem problem={problem} />
          </div>
        )}
        {job.result && <Result result={job.result} />}
      </header>
      <WaveResults job={job} />
      {preview && (
        <fieldset className="choice" aria-label="View">
          {(["output", "changes"] as const).map((show) => (
            <button key={show} type="button" aria-pressed={view.show === show} onClick={() => changeView({ show })}>
              {show === "output" ? "Output" : "Changes"}
            </button>
          ))}
        </fieldset>
      )}
      {log && preview && view.show === "changes" ? (
        <Suspense fallback={<p className="asking">Loading…</p>}>
          <CheckDiff job={job} log={log} onLine={(line) => changeView({ show: "output", line })} />
        </Suspense>
      ) : (
        log && <JobOutputView log={log} start={view.line} />
      )}
    </article>
  );
}

function Result({ result: { summary, hint, failedTask, recap } }: { result: NonNullable<Job["result"]> }) {
  return (
    <div className="result">
      <p>
        <strong>
          <Untrusted text={summary} />
        </strong>{" "}
        {hint !== undefined && <Hint text={hint} />}
      </p>
      {failedTask && (
        <p className="mono">
          <Untrusted text={`${failedTask.name}: ${failedTask.message}`} />
        </p>
      )}
      {recap && (
        <p className="soft mono">
          {Object.entries(recap)
            .map(([what, count]) => `${what}=${count}`)
            .join("  ")}
        </p>
      )}
    </div>
  );
}
