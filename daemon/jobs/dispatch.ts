/**
 * Queues jobs that have waited long enough, and starts the next waves. Control saves each wave (the jobs of one run) before
 * it sends the wave to the executor.
 */
import type { Job } from "../contract/jobs/job.ts";
import type { RunRequest } from "../contract/jobs/run-messages.ts";
import type { ExecutorPort } from "../executor-link/link.ts";
import type { NodeHoldStore } from "../store/changes/node-holds.ts";
import { atomically } from "../store/database.ts";
import type { RunStore } from "../store/jobs/runs.ts";
import { type ConclusionParts, end } from "./conclusion.ts";
import { leaseFrom } from "./heartbeat.ts";
import { type Limits, leftOut, nextWaves, wakening } from "./next-waves.ts";
import { moved } from "./status.ts";

export interface DispatchParts extends ConclusionParts {
  runs: RunStore;
  nodeHolds: NodeHoldStore;
  executor: ExecutorPort;
  limits: Limits;
  /** For each kind of run: the executor stops the run after this number of seconds. */
  deadlineSeconds: Record<Job["kind"], number>;
}

export function dispatch(parts: DispatchParts, now: Date): void {
  const { jobs, runs, nodeHolds, executor, limits } = parts;
  for (const job of jobs.withStatus("waiting")) wake(parts, job, now);
  const running = runs.all().length;
  if (!executor.connected || running >= limits.runs) return;
  // No run may start on a node while an approved plan changes the node.
  const queued = jobs.withStatus("queued").filter(({ nodeId }) => !nodeHolds.isBeingChanged(nodeId));
  if (queued.length === 0) return;
  for (const wave of nextWaves(queued, running, limits, now)) begin(parts, stillPossible(parts, wave, now), now);
}

function wake(parts: DispatchParts, job: Job, now: Date): void {
  const { db, jobs, nodes } = parts;
  atomically(db, () => {
    const awaited = job.after === undefined ? undefined : jobs.find(job.after);
    const holder = jobs.liveOf(job.nodeId);
    const node = nodes.findById(job.nodeId);
    const step = wakening(job, { awaited, node, held: holder !== undefined && holder.id !== job.id }, now);
    if (step.kind === "end") end(parts, job, step, now.toISOString());
    if (step.kind !== "queue") return;
    const { retryAt: _, after: __, ...rest } = job;
    // Reads the current name of the node, because the node may have been renamed. Another machine may now have the old name.
    const nodeName = node?.name ?? job.nodeName;
    jobs.save({ ...rest, nodeName, status: moved(job.status, "queued"), queuedAt: now.toISOString() });
  });
}

/** Ends queued jobs as failed if their node was taken out of service. Returns the jobs that can still run. */
function stillPossible(parts: DispatchParts, wave: readonly Job[], now: Date): Job[] {
  const { db, nodes } = parts;
  return atomically(db, () =>
    wave.flatMap((job) => {
      const result = leftOut(job, nodes.findById(job.nodeId));
      if (!result) return [job];
      end(parts, job, { status: "failed", result }, now.toISOString());
      return [];
    }),
  );
}

function begin({ db, jobs, runs, events, executor, deadlineSeconds }: DispatchParts, wave: readonly Job[], now: Date): void {
  const [first] = wave;
  if (!first) return;
  const run = `${first.id}/${first.attempt}`;
  // Saves the state `running` before sending the run. If control crashes in between, the run is lost, but it never runs
  // twice.
  atomically(db, () => {
    runs.add(run, leaseFrom(now));
    for (const job of wave) {
      jobs.save({ ...job, status: moved(job.status, "running"), run, startedAt: now.toISOString() });
      events.append({
        source: "control",
        type: "job.started",
        summary: `${job.playbook} started${job.attempt > 1 ? " again" : ""}${wave.length > 1 ? `, with ${wave.length - 1} other nodes` : ""}`,
        nodeId: job.nodeId,
        jobId: job.id,
      });
    }
  });
  const request: RunRequest = {
    type: "run",
    members: wave.map(({ id, attempt, nodeName }) => ({ jobId: id, attempt, node: nodeName })),
    playbook: first.playbook,
    ...(first.purpose === "preview" && { check: true }),
    ...(first.options && { options: first.options }),
    deadlineSeconds: deadlineSeconds[first.kind],
  };
  executor.send(request);
}
