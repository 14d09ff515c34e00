/**
 * Copies the events of a run into the timeline. The transaction that copies the events also saves the offset, so that each
 * event is copied exactly once.
 */
import { atomically, type Db } from "../store/database.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { RunStore, StoredRun } from "../store/jobs/runs.ts";
import { type HostEnd, hostEndOf, type RunEvent, readRunEvents } from "./run-events.ts";

export interface IngestParts {
  db: Db;
  jobs: JobStore;
  runs: RunStore;
  events: EventStore;
  redact(text: string): string;
}

/** Control answers no requests during a transaction. Ansible writes less than this number of bytes between two reads. */
const SLICE_BYTES = 32 * 1024;

/**
 * Reads new events of the run, at most `most` slices. `onEnds` receives the nodes that Ansible has finished, in the same
 * transaction that saves their events.
 */
export function takeIn(parts: IngestParts, run: StoredRun, file: string, most: number, onEnds: (ends: HostEnd[]) => void): void {
  const { db, jobs, runs, events, redact } = parts;
  let from = run.eventsOffset;
  for (let slices = 0; slices < most; slices++) {
    const read = readRunEvents(file, from, SLICE_BYTES);
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
