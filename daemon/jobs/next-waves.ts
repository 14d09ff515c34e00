/** Decides which queued jobs start now, and which of them share a run. All functions in this file are pure. */
import type { Job, JobResult } from "../contract/jobs/job.ts";
import { optionsInWords } from "../contract/jobs/run-options.ts";
import type { Node } from "../contract/machines/node.ts";
import { notRunnable } from "../machines/runnable.ts";

export interface Limits {
  /** The largest number of runs at the same time. */
  runs: number;
  /** The largest number of nodes in one run. */
  waveSize: number;
  /**
   * The longest time in milliseconds that a run waits for more jobs. Machines that boot together send their first messages
   * one after another.
   */
  gatherMs: number;
  /** A run starts earlier if no further job was queued for this number of milliseconds. */
  quietMs: number;
}

/** Returns the waves (groups of jobs for one run) that start now. A wave that is still waiting for more jobs is not returned. */
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

/**
 * Returns a text that is the same for all jobs that can share a run. Jobs can share a run only if their command lines are the
 * same.
 */
const kindOfRun = ({ kind, playbook, purpose, options }: Job): string =>
  `${kind} ${playbook} ${purpose === "preview"}${optionsInWords(options)}`;

const queuedAt = ({ queuedAt: at, createdAt }: Job): string => at ?? createdAt;

const byTurn = (a: Job, b: Job): number =>
  (b.priority ?? 0) - (a.priority ?? 0) || queuedAt(a).localeCompare(queuedAt(b)) || a.id.localeCompare(b.id);

function hasGathered(wave: readonly Job[], { gatherMs, quietMs }: Limits, now: Date): boolean {
  // A job that was queued in the future was queued before the clock was set back, so its wait is unknown.
  const waits = wave.map((job) => now.getTime() - Date.parse(queuedAt(job))).map((waited) => (waited < 0 ? gatherMs : waited));
  return Math.max(...waits) >= gatherMs || Math.min(...waits) >= quietMs;
}

/** A retry that was planned in the future, as `now` sees it, was planned before the clock was set back. It waits no longer. */
const mustWait = (retryAt: string, plannedAt: string | undefined, now: Date): boolean =>
  retryAt > now.toISOString() && (plannedAt === undefined || plannedAt <= now.toISOString());

export type Wakening = { kind: "queue" } | { kind: "stay" } | { kind: "end"; status: "failed" | "cancelled"; result: JobResult };

/** The facts that decide about a waiting job. `held` is true if another job uses the node. */
export interface Surroundings {
  awaited: Job | undefined;
  node: Node | undefined;
  held: boolean;
}

/** Decides whether a waiting job is queued, ends, or continues to wait. */
export function wakening(job: Job, { awaited, node, held }: Surroundings, now: Date): Wakening {
  if (job.retryAt !== undefined) return mustWait(job.retryAt, job.queuedAt, now) ? { kind: "stay" } : { kind: "queue" };
  if (job.after === undefined) return { kind: "queue" };
  if (!awaited) return ending("failed", { summary: `job ${job.after}, which it waited for, no longer exists` });
  switch (awaited.status) {
    case "succeeded": {
      // A node that has called home (sent its first message) soon gets another job from control. The waiting job also waits
      // for that other job.
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

/** Returns the reason why the job cannot run on its node now. The node may have changed while the job waited. */
export function leftOut({ purpose, nodeName }: Job, node: Node | undefined): JobResult | undefined {
  // A job without a purpose leads its node to the phase `ready`. It may run in any phase of the node.
  if (purpose === undefined) return undefined;
  const reason = node ? notRunnable(node) : `${nodeName} no longer exists`;
  if (reason === undefined) return undefined;
  return { summary: `not run: ${reason}`, hint: "Run the playbook again when the node is ready.", cause: "not-started" };
}
