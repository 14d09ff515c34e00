/** Shows the result of a preview: the percentage of tasks that it covers, and the differences of each task. */
import { useMemo } from "react";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { JobLog } from "../live/output/job-log.ts";
import { diffsIn, shareOf, sizeOf, type TaskDiff } from "./check-diff.ts";

export function CheckDiff({ job, log, onLine }: { job: Job; log: JobLog; onLine: (line: number) => void }) {
  const { length } = log;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the log is always the same object, so only `length` shows its growth
  const diffs = useMemo(() => diffsIn(log), [log, length]);
  const preview = job.result?.preview;
  return (
    <div className="preview">
      {preview && (
        <section className="panel" aria-labelledby="share-title">
          <h2 className="section-title" id="share-title">
            Coverage
          </h2>
          <p>
            <meter min={0} max={preview.tasks} value={preview.previewed} aria-label="Share of the tasks that could be previewed" />{" "}
            {preview.previewed} of {preview.tasks} tasks ({shareOf(preview)} %) could be previewed, {preview.changes.length} would change
            something.
          </p>
          {preview.unknown.length > 0 && (
            <details>
              <summary>
                {preview.unknown.length} {preview.unknown.length === 1 ? "task" : "tasks"} could not say what they would do
              </summary>
              <ul className="steps">
                {preview.unknown.map((task) => (
                  <li key={task}>{task}</li>
                ))}
              </ul>
            </details>
          )}
        </section>
      )}
      {diffs.map((diff) => (
        <Diff key={`${diff.host} ${diff.line}`} diff={diff} onLine={onLine} />
      ))}
      {diffs.length === 0 && (
        <p className="soft">{log.end ? "No task reported changed lines." : "No task has reported changed lines yet."}</p>
      )}
      {log.dropped > 0 && <p className="soft">The output is long: differences in its first {log.dropped} lines are not shown.</p>}
    </div>
  );
}

/** The contents of files from machines are shown as text, never as markup. */
function Diff({ diff, onLine }: { diff: TaskDiff; onLine: (line: number) => void }) {
  const { task, host, line, lines } = diff;
  const { comes, goes } = sizeOf(diff);
  return (
    <details className="panel diff" open>
      <summary>
        <strong>{task}</strong> <span className="soft">on {host}</span>{" "}
        <span className="number">
          <span className="comes-count">+{comes}</span> <span className="goes-count">−{goes}</span>
        </span>
      </summary>
      <pre className="diff-lines">
        {lines.map(({ kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line of a difference has no key other than its index
          <span key={index} className={`diff-${kind}`}>
            {text}
            {"\n"}
          </span>
        ))}
      </pre>
      <button type="button" onClick={() => onLine(line)}>
        Show in the output
      </button>
    </details>
  );
}
