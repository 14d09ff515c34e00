/** A job: one playbook on one node. */
import * as z from "zod";
import { Instant, NodeName } from "../names.ts";

/**
 * `queued`: waits for a free place. `waiting`: waits for another job or for its next attempt. `unknown`: it was running
 * at the last message of the executor. See docs/jobs.md for what to do in each state.
 */
export const JobStatus = z.enum([
  "queued",
  "waiting",
  "running",
  "cancelling",
  "succeeded",
  "failed",
  "timed-out",
  "cancelled",
  "interrupted",
  "unknown",
]);
export type JobStatus = z.output<typeof JobStatus>;

/** Ansible's own counts for one host (`PLAY RECAP`). */
export const Recap = z.object({
  ok: z.int(),
  changed: z.int(),
  unreachable: z.int(),
  failures: z.int(),
  skipped: z.int(),
  rescued: z.int(),
  ignored: z.int(),
});
export type Recap = z.output<typeof Recap>;

/** Purpose of a run that does not make a node ready. `look`: a read-only playbook. `preview`: reports what would change. */
export const RunPurpose = z.enum(["change", "look", "preview"]);
export type RunPurpose = z.output<typeof RunPurpose>;

/** Coverage and result of a preview. */
export const Preview = z.object({
  /** Tasks that their own conditions did not skip. */
  tasks: z.int(),
  /** Tasks that support check mode. The others can only be run. */
  previewed: z.int(),
  /** Names of tasks that would change something. */
  changes: z.array(z.string()),
  /** Names of tasks without check mode. */
  unknown: z.array(z.string()),
});
export type Preview = z.output<typeof Preview>;

export const JobResult = z.object({
  /** The result in one sentence. */
  summary: z.string(),
  hint: z.string().optional(),
  /** Kind of failure. `task`: a task failed. `playbook`: it could not be read or started. `no-host`: it ran on no host. */
  cause: z.enum(["unreachable", "task", "playbook", "no-host", "not-started", "refused", "deadline", "interrupted"]).optional(),
  exitCode: z.int().nullable().optional(),
  recap: Recap.optional(),
  failedTask: z.object({ name: z.string(), message: z.string() }).optional(),
  preview: Preview.optional(),
});
export type JobResult = z.output<typeof JobResult>;

export const Job = z.object({
  id: z.string(),
  kind: z.literal("ansible"),
  /** Absent for the run that makes the node ready. */
  purpose: RunPurpose.optional(),
  playbook: z.string(),
  nodeId: z.string(),
  nodeName: NodeName,
  status: JobStatus,
  /** 1 for the first run. Grows when control retries a job after an interruption or an unreachable node. */
  attempt: z.int(),
  /** Number of attempts that ended because Muster was stopped or the run was killed. */
  interruptions: z.int().optional(),
  /** Time of the next attempt. */
  retryAt: Instant.optional(),
  /** Id of a job that must succeed first. */
  after: z.string().optional(),
  /** Jobs with a higher number start first. Default: 0. */
  priority: z.int().min(-100).max(100).optional(),
  /** Id of its run, shared by all jobs of a wave: the first job and attempt of the wave. */
  run: z.string().optional(),
  requestedBy: z.string(),
  createdAt: Instant,
  /** Time when it joined the queue. */
  queuedAt: Instant.optional(),
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  result: JobResult.optional(),
});
export type Job = z.output<typeof Job>;

/** A slice of a job's output file. `next` is the byte offset to ask for afterwards. */
/** So many days after a job's last line its output is there all the same. Longer than any job may take. */
export const OUTPUT_DAYS_MIN = 7;

export const JobOutput = z.object({ text: z.string(), next: z.int(), end: z.boolean() });
export type JobOutput = z.output<typeof JobOutput>;
