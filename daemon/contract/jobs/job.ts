/** A job runs one playbook on one node. */
import * as z from "zod";
import { Instant, NodeName } from "../names.ts";
import { RunOptions } from "./run-options.ts";

/**
 * `queued`: the job waits for a free slot. `waiting`: the job waits for another job or for its next attempt. `unknown`:
 * the job was running when the executor sent its last message. The page docs/jobs.md explains what to do in each state.
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

/**
 * Purpose of a run. The run that leads a node to the phase `ready` has no purpose. `look`: a run of a read-only playbook.
 * `preview`: a run that only reports what would change.
 */
export const RunPurpose = z.enum(["change", "look", "preview"]);
export type RunPurpose = z.output<typeof RunPurpose>;

/** The result of a preview, and the number of tasks that the preview covers. */
export const Preview = z.object({
  /** Number of tasks, without the tasks that Ansible skipped because of their conditions. */
  tasks: z.int(),
  /** Number of tasks that support check mode. Tasks without check mode have no preview. */
  previewed: z.int(),
  /** Names of tasks that would change something. */
  changes: z.array(z.string()),
  /** Names of tasks that do not support check mode. */
  unknown: z.array(z.string()),
});
export type Preview = z.output<typeof Preview>;

export const JobResult = z.object({
  /** The result of the job in one sentence. */
  summary: z.string(),
  hint: z.string().optional(),
  /**
   * Kind of failure. `task`: a task failed. `playbook`: Ansible could not read or start the playbook. `no-host`: the
   * playbook ran on no host.
   */
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
  /** The purpose of the run. Absent for the run that leads a node to the phase `ready`. */
  purpose: RunPurpose.optional(),
  playbook: z.string(),
  options: RunOptions.optional(),
  nodeId: z.string(),
  nodeName: NodeName,
  status: JobStatus,
  /**
   * The number of the attempt, which is 1 for the first run. The number grows when control retries a job after an
   * interruption or an unreachable node.
   */
  attempt: z.int(),
  /** Number of attempts that ended because Muster was stopped or the run was killed. */
  interruptions: z.int().optional(),
  /** The time of the next attempt. */
  retryAt: Instant.optional(),
  /** Id of a job that must succeed before this job starts. */
  after: z.string().optional(),
  /** Jobs with a higher priority number start first. Default: 0. */
  priority: z.int().min(-100).max(100).optional(),
  /**
   * Id of the Ansible run. All jobs of a wave share one run. The id consists of the id of the wave's first job and the number
   * of that job's attempt.
   */
  run: z.string().optional(),
  requestedBy: z.string(),
  createdAt: Instant,
  /** The time at which the job joined the queue. */
  queuedAt: Instant.optional(),
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  result: JobResult.optional(),
});
export type Job = z.output<typeof Job>;

/**
 * Muster keeps a job's output for at least this number of days after the last line. The period for which Muster keeps output
 * is longer than any job may run.
 */
export const OUTPUT_DAYS_MIN = 7;

/** A slice of a job's output file. `next` is the byte offset for the next request. */
export const JobOutput = z.object({ text: z.string(), next: z.int(), end: z.boolean() });
export type JobOutput = z.output<typeof JobOutput>;
