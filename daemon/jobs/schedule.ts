/** Which queued jobs begin now, and which of them as one run. Pure. */
import type { Job } from "../contract/job.ts";

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

export type Wakening = { kind: "queue" } | { kind: "stay" } | { kind: "end"; status: "failed" | "cancelled"; summary: string };

/** What a waiting job does: its time has come, or the job it waits for has ended. `held`: its node has another job. */
export function wakening(job: Job, awaited: Job | undefined, held: boolean, now: Date): Wakening {
  if (job.retryAt !== undefined) return job.retryAt <= now.toISOString() ? { kind: "queue" } : { kind: "stay" };
  if (job.after === undefined) return { kind: "queue" };
  if (!awaited) return { kind: "end", status: "failed", summary: `the job it waited for, ${job.after}, is not known any more` };
  switch (awaited.status) {
    case "succeeded":
      return held ? { kind: "stay" } : { kind: "queue" };
    case "cancelled":
      return { kind: "end", status: "cancelled", summary: `cancelled with the job it waited for, ${awaited.id}` };
    case "failed":
    case "timed-out":
      return { kind: "end", status: "failed", summary: `the job it waited for, ${awaited.id}, is ${awaited.status}` };
    default:
      return { kind: "stay" };
  }
}
