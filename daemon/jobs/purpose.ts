/**
 * Adjusts the result of a run to the purpose of the run. A preview reports possible changes, and a read-only playbook
 * must change nothing. All functions in this file are pure.
 */
import type { Job, Preview } from "../contract/jobs/job.ts";
import type { RunEvent } from "./run-events.ts";
import type { JobVerdict } from "./verdict.ts";

const NAMES = 50;

export const emptyPreview = (): Preview => ({ tasks: 0, previewed: 0, changes: [], unknown: [] });

/** Adds an event of a host to the preview of this host. */
export function addToPreview(preview: Preview, { event, task, changed, unforeseen }: RunEvent): void {
  if (event !== "ok" && event !== "failed" && !(event === "skipped" && unforeseen)) return;
  preview.tasks += 1;
  // A task does not count if it failed or could not predict its changes. The task may have failed only because the
  // preview did not really carry out an earlier task.
  if (event === "ok" && !unforeseen) preview.previewed += 1;
  else if (preview.unknown.length < NAMES) preview.unknown.push(task.slice(0, 200));
  if (changed && preview.changes.length < NAMES) preview.changes.push(task.slice(0, 200));
}

/** Returns the preview of one host, computed from all events of that host. */
export function previewOf(events: Iterable<RunEvent>, host: string): Preview {
  const preview = emptyPreview();
  for (const event of events) if (event.host === host) addToPreview(preview, event);
  return preview;
}

export function judged(verdict: JobVerdict, { purpose }: Pick<Job, "purpose">, preview: Preview | undefined): JobVerdict {
  if (purpose === "preview" && preview) return previewed(verdict, preview);
  const { changed = 0 } = verdict.result.recap ?? {};
  if (purpose !== "look" || verdict.status !== "succeeded" || changed === 0) return verdict;
  return {
    status: "failed",
    result: {
      ...verdict.result,
      cause: "playbook",
      summary: `the playbook is declared read-only, but ${changed} tasks changed something`,
      hint: "Write `muster: changes` in its header, or `changed_when: false` in a task that only reads.",
    },
  };
}

function previewed(verdict: JobVerdict, preview: Preview): JobVerdict {
  const { tasks, previewed, changes } = preview;
  const result = { ...verdict.result, preview };
  const share = `${previewed} of ${tasks} tasks (${Math.round((100 * previewed) / Math.max(tasks, 1))} %) could be previewed`;
  // A playbook that consists only of commands runs no task in a preview. A preview that runs no task still counts as
  // successful.
  const nothingRan = verdict.result.cause === "no-host" && verdict.result.recap !== undefined && tasks > 0;
  if (verdict.status !== "succeeded" && !nothingRan)
    return { ...verdict, result: { ...result, summary: `${verdict.result.summary}; ${share}` } };
  const { cause: _, hint: __, ...rest } = result;
  return {
    status: "succeeded",
    result: {
      ...rest,
      summary: `nothing was changed: ${changes.length} ${changes.length === 1 ? "task" : "tasks"} would change something; ${share}`,
    },
  };
}
