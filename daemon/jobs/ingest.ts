/**
 * Copies the events of a run into the timeline. The transaction that copies the events also saves the offset, so that each
 * event is copied exactly once.
 */
import { atomically, type Db } from "../store/database.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { Run, RunStore } from "../store/jobs/runs.ts";
import { type HostEnd, hostEndOf, type RunEvent, readRunEvents, runEventsOf } from "./run-events.ts";
import type { FailedTask } from "./verdict.ts";

export interface IngestParts {
  db: Db;
  jobs: JobStore;
  runs: RunStore;
  events: EventStore;
  redact(text: string): string;
}

/**
 * Reads all new events of the run. `onEnds` receives the nodes that Ansible has finished, in the same transaction that saves
 * their events.
 */
export function takeIn(parts: IngestParts, run: Run, file: string, onEnds: (ends: HostEnd[]) => void): void {
  const { db, jobs, runs, events, redact } = parts;
  for (let from = run.eventsOffset; ; ) {
    const read = readRunEvents(file, from);
    if (read.next === from) return;
    atomically(db, () => {
      const members = new Map(jobs.ofRun(run.id).map((job) => [job.nodeName, job]));
      for (const event of read.events) {
        const summary = sentence(event);
        const job = members.get(event.host ?? "");
        if (summary === undefined || !job) continue;
        events.append({
          source: "executor",
          type: `job.task.${event.event}`,
          summary: redact(summary),
          nodeId: job.nodeId,
          jobId: job.id,
          ...(event.seconds !== null && { detail: { seconds: event.seconds } }),
        });
      }
      onEnds(read.events.flatMap((event) => hostEndOf(event) ?? []));
      runs.setEventsOffset(run.id, read.next);
    });
    from = read.next;
  }
}

/** Returns the last failed task of each node, from all events of the run. */
export function failedTasksOf({ redact }: Pick<IngestParts, "redact">, file: string): Map<string, FailedTask> {
  const last = new Map<string, RunEvent>();
  for (const event of runEventsOf(file)) {
    if (ENDS_A_TASK.has(event.event) && !event.ignored && event.host !== undefined) last.set(event.host, event);
  }
  const task = ({ task: name, message }: RunEvent) => ({ name: name.slice(0, 200), message: redact(message.slice(0, 2000)) });
  return new Map([...last].map(([host, event]) => [host, task(event)]));
}

const ENDS_A_TASK = new Set<RunEvent["event"]>(["failed", "unreachable"]);

function sentence({ event, task, changed, message }: RunEvent): string | undefined {
  switch (event) {
    case "ok":
      return `${task}${changed ? ": changed" : ""}`;
    case "failed":
    case "unreachable":
      return `${task}: ${event}: ${message.split("\n")[0]?.slice(0, 300) ?? ""}`;
    default:
      return undefined;
  }
}
