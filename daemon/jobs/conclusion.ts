/**
 * Saves the result of a run. Either the job ends and the phase of its node changes, or the job is attempted again. One
 * transaction saves everything.
 */
import type { Job, JobResult } from "../contract/jobs/job.ts";
import { advance } from "../machines/phases.ts";
import { atomically, type Db } from "../store/database.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import type { Registry } from "../store/machines/registry.ts";
import { type FinalStatus, nextStep } from "./next-step.ts";
import { moved } from "./status.ts";
import type { JobVerdict } from "./verdict.ts";

export interface ConclusionParts {
  db: Db;
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  registry: Registry;
  /** The number of retries for a node that could not be reached. The default is 0. */
  unreachableRetries?: number;
  /** The delay in seconds before the first retry. Each further delay is three times as long. */
  retryDelaySeconds?: number;
}

export function conclude(parts: ConclusionParts, job: Job, decided: JobVerdict, endedAt: string): Job {
  const { db, jobs, events, unreachableRetries = 0, retryDelaySeconds } = parts;
  return atomically(db, () => {
    const step = nextStep(job, decided, unreachableRetries, retryDelaySeconds);
    if (step.kind === "end") return end(parts, job, step, endedAt);
    const { startedAt: _, run: __, ...rest } = job;
    const now = Date.now();
    const again: Job = {
      ...rest,
      status: moved(moved(job.status, "interrupted"), step.delaySeconds > 0 ? "waiting" : "queued"),
      attempt: job.attempt + 1,
      queuedAt: new Date(now).toISOString(),
      ...(step.why === "interrupted" && { interruptions: (job.interruptions ?? 0) + 1 }),
      ...(step.delaySeconds > 0 && { retryAt: new Date(now + step.delaySeconds * 1000).toISOString() }),
    };
    jobs.save(again);
    events.append({ source: "control", type: `job.${step.why}`, summary: step.summary, nodeId: job.nodeId, jobId: job.id });
    return again;
  });
}

export function end(
  parts: ConclusionParts,
  job: Job,
  { status, result }: { status: FinalStatus; result: JobResult },
  endedAt: string,
): Job {
  const { db, jobs, events, nodes, registry } = parts;
  const { retryAt: _, ...rest } = job;
  const ended: Job = { ...rest, status: moved(job.status, status), endedAt, result };
  return atomically(db, () => {
    jobs.save(ended);
    if (status !== "cancelled") jobs.setReportDue(job.id, true);
    events.append({
      source: "control",
      type: `job.${status}`,
      summary: result.summary,
      nodeId: job.nodeId,
      jobId: job.id,
      ...(result.hint && { detail: { hint: result.hint } }),
    });
    const node = nodes.findById(job.nodeId);
    if (node?.state.phase === "configuring" && node.state.jobId === job.id) {
      const good = status === "succeeded";
      registry.update(node.id, (was) => ({
        node: {
          ...was,
          state: advance(
            was.state,
            good ? { type: "configured", at: endedAt } : { type: "configure-failed", jobId: job.id, reason: result.summary, at: endedAt },
          ),
        },
        event: {
          source: "control",
          type: good ? "node.ready" : "node.configure-failed",
          summary: good ? "ready" : result.summary,
          jobId: job.id,
        },
      }));
    }
    return ended;
  });
}
