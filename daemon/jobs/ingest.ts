/** Takes the events of a run into the timeline: each once, their offset in the same transaction. */
import type { Job } from "../contract/job.ts";
import { atomically, type Db } from "../store/database.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs.ts";
import { type RunEvent, readRunEvents } from "./run-events.ts";
import type { FailedTask } from "./verdict.ts";

export interface IngestParts {
  db: Db;
  jobs: JobStore;
  events: EventStore;
  redact(text: string): string;
}

/** All there is so far. */
export function takeIn({ db, jobs, events, redact }: IngestParts, job: Job, file: string): void {
  for (let from = jobs.eventsOffset(job.id); ; ) {
    const read = readRunEvents(file, from);
    if (read.next === from) return;
    atomically(db, () => {
      for (const event of read.events) {
        const summary = sentence(event);
        if (summary === undefined || event.host !== job.nodeName) continue;
        events.append({
          source: "executor",
          type: `job.task.${event.event}`,
          summary: redact(summary),
          nodeId: job.nodeId,
          jobId: job.id,
          ...(event.seconds !== null && { detail: { seconds: event.seconds } }),
        });
      }
      jobs.setEventsOffset(job.id, read.next);
    });
    from = read.next;
  }
}

/** The last task that failed on the node, whenever it was taken in. */
export function failedTaskOf({ redact }: Pick<IngestParts, "redact">, nodeName: string, file: string): FailedTask | undefined {
  let last: RunEvent | undefined;
  for (let from = 0; ; ) {
    const { events, next } = readRunEvents(file, from);
    if (next === from) break;
    last = events.findLast(({ event, ignored, host }) => ENDS_A_TASK.has(event) && !ignored && host === nodeName) ?? last;
    from = next;
  }
  return last && { name: last.task.slice(0, 200), message: redact(last.message.slice(0, 2000)) };
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
