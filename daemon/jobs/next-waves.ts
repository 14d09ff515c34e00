/** Which queued jobs begin now, and which of them as one run. Pure. */
import type { Job, JobResult } from "../contract/jobs/job.ts";
import type { Node } from "../contract/machines/node.ts";
import { notRunnable } from "../machines/runnable.ts";

export interface Limits {
  /** Runs at once. */
  runs: number;
  /** Nodes of one run at most. */
  waveSize: number;
  /** Machines that are switched on together call home one after another: a run waits this long for more of them … */
  gatherMs: number;
  /** … but not when nobody has come for this long. */
  quietMs: number;
}

/** The waves to begin, each in the order of its jobs. One that may still grow is left to gather. */
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

/** Only what is started with the same words can be one run. */
const kindOfRun = ({ kind, playbook, purpose }: Job): string => `${kind} ${playbook} ${purpose === "preview"}`;

const queuedAt = ({ queuedAt: at, createdAt }: Job): string => at ?? createdAt;

const byTurn = (a: Job, b: Job): number =>
  (b.priority ?? 0) - (a.priority ?? 0) || queuedAt(a).localeCompare(queuedAt(b)) || a.id.localeCompare(b.id);

function hasGathered(wave: readonly Job[], { gatherMs, quietMs }: Limits, now: Date): boolean {
  const waits = wave.map((job) => now.getTime() - Date.parse(queuedAt(job)));
  return Math.max(...waits) >= gatherMs || Math.min(...waits) >= quietMs;
}

export type Wakening = { kind: "queue" } | { kind: "stay" } | { kind: "end"; status: "failed" | "cancelled"; result: JobResult };

/** What a waiting job looks at when it may wake: the job it waits for, its node as it is now, and whether that has another job. */
export interface Surroundings {
  awaited: Job | undefined;
  node: Node | undefined;
  held: boolean;
}

/** What a waiting job does: its time has come, or the job it waits for has ended. */
export function wakening(job: Job, { awaited, node, held }: Surroundings, now: Date): Wakening {
  if (job.retryAt !== undefined) return job.retryAt <= now.toISOString() ? { kind: "queue" } : { kind: "stay" };
  if (job.after === undefined) return { kind: "queue" };
  if (!awaited) return ending("failed", { summary: `the job it waited for, ${job.after}, is not known any more` });
  switch (awaited.status) {
    case "succeeded": {
      // One that has called home is given its job in a moment: it is waited for like that job.
      if (held || node?.state.phase === "called-home") return { kind: "stay" };
      const left = leftOut(job, node);
      return left ? ending("failed", left) : { kind: "queue" };
    }
    case "cancelled":
      return ending("cancelled", { summary: `cancelled with the job it waited for, ${awaited.id}` });
    case "failed":
    case "timed-out":
      return ending("failed", { summary: `the job it waited for, ${awaited.id}, is ${awaited.status}` });
    default:
      return { kind: "stay" };
  }
}

const ending = (status: "failed" | "cancelled", result: JobResult): Wakening => ({ kind: "end", status, result });

/** Why the job cannot be run on its node as that is now; a job that waited did not keep the node as it was. */
export function leftOut({ purpose, nodeName }: Job, node: Node | undefined): JobResult | undefined {
  // One that makes the node ready is what its phase waits for.
  if (purpose === undefined) return undefined;
  const reason = node ? notRunnable(node) : `${nodeName} is not known any more`;
  if (reason === undefined) return undefined;
  return { summary: `not run: ${reason}`, hint: "Run the playbook again when the node is ready.", cause: "not-started" };
}
