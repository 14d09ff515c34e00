/** Decides which queued jobs begin now, and which of them share a run. Pure. */
import type { Job, JobResult } from "../contract/jobs/job.ts";
import type { Node } from "../contract/machines/node.ts";
import { notRunnable } from "../machines/runnable.ts";

export interface Limits {
  /** At the same time. */
  runs: number;
  /** The largest number of nodes in one run. */
  waveSize: number;
  /** Machines that start together call home one after another. A run waits this long for more of them. */
  gatherMs: number;
  /** A run does not wait longer when no further job was queued for this long. */
  quietMs: number;
}

/** Returns the waves that begin now. A wave that may still grow is not among them. */
export function nextWaves(queued: readonly Job[], runsAtWork: number, limits: Limits, now: Date): Job[][] {
  const waves: Job[][] = [];
  const groups = Map.groupBy(queued.toSorted(byTurn), kindOfRun);
  for (const jobs of groups.values()) {
    for (let from = 0; from < jobs.length; from += limits.waveSize) {
      const wave = jobs.slice(from, from + limits.waveSize);
      if (wave.length === limits.waveSize || hasGathered(wave, limits, now)) waves.push(wave);
    }
  }
  return waves.toSorted(([a], [b]) => byTurn(a!, b!)).slice(0, Math.max(limits.runs - runsAtWork, 0));
}

/** Only jobs with the same command line can share a run. */
const kindOfRun = ({ kind, playbook, purpose }: Job): string => `${kind} ${playbook} ${purpose === "preview"}`;

const queuedAt = ({ queuedAt: at, createdAt }: Job): string => at ?? createdAt;

const byTurn = (a: Job, b: Job): number =>
  (b.priority ?? 0) - (a.priority ?? 0) || queuedAt(a).localeCompare(queuedAt(b)) || a.id.localeCompare(b.id);

function hasGathered(wave: readonly Job[], { gatherMs, quietMs }: Limits, now: Date): boolean {
  const waits = wave.map((job) => now.getTime() - Date.parse(queuedAt(job)));
  return Math.max(...waits) >= gatherMs || Math.min(...waits) >= quietMs;
}

export type Wakening = { kind: "queue" } | { kind: "stay" } | { kind: "end"; status: "failed" | "cancelled"; result: JobResult };

/** The decision about a waiting job depends on these. `held`: another job has the node. */
export interface Surroundings {
  awaited: Job | undefined;
  node: Node | undefined;
  held: boolean;
}

/** Decides whether a waiting job is queued, ends, or waits on. */
export function wakening(job: Job, { awaited, node, held }: Surroundings, now: Date): Wakening {
  if (job.retryAt !== undefined) return job.retryAt <= now.toISOString() ? { kind: "queue" } : { kind: "stay" };
  if (job.after === undefined) return { kind: "queue" };
  if (!awaited) return ending("failed", { summary: `job ${job.after}, which it waited for, no longer exists` });
  switch (awaited.status) {
    case "succeeded": {
      // Control is about to queue a job for a node that has called home. The wait includes that job.
      if (held || node?.state.phase === "called-home") return { kind: "stay" };
      const left = leftOut(job, node);
      return left ? ending("failed", left) : { kind: "queue" };
    }
    case "cancelled":
      return ending("cancelled", { summary: `cancelled with job ${awaited.id}, which it waited for` });
    case "failed":
    case "timed-out":
      return ending("failed", { summary: `job ${awaited.id}, which it waited for, is ${awaited.status}` });
    default:
      return { kind: "stay" };
  }
}

const ending = (status: "failed" | "cancelled", result: JobResult): Wakening => ({ kind: "end", status, result });

/** The reason why the job cannot run on its node now. The node may have changed while the job waited. */
export function leftOut({ purpose, nodeName }: Job, node: Node | undefined): JobResult | undefined {
  // The phase of the node waits for the job that makes it ready.
  if (purpose === undefined) return undefined;
  const reason = node ? notRunnable(node) : `${nodeName} no longer exists`;
  if (reason === undefined) return undefined;
  return { summary: `not run: ${reason}`, hint: "Run the playbook again when the node is ready.", cause: "not-started" };
}
