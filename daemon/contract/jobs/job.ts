/** One long piece of work, as everyone outside sees it. */
import * as z from "zod";
import { Instant, NodeName } from "../names.ts";

/**
 * `queued`: waits for a free place. `waiting`: for another job, or for the time of its next attempt. `unknown`: it was running
 * when the executor was last heard of. docs/jobs.md describes what to do in each.
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

/** What a run is for that does not make a node ready. `look`: a read-only playbook. `preview`: says what would change. */
export const RunPurpose = z.enum(["change", "look", "preview"]);
export type RunPurpose = z.output<typeof RunPurpose>;

/** How much of a run a preview could foretell. */
export const Preview = z.object({
  /** Tasks that were not left out by their own conditions. */
  tasks: z.int(),
  /** Those that could say what they would do; the others can only be run. */
  previewed: z.int(),
  /** Names of tasks that would change something. */
  changes: z.array(z.string()),
  /** Names of tasks that could not say it. */
  unknown: z.array(z.string()),
});
export type Preview = z.output<typeof Preview>;

export const JobResult = z.object({
  /** One sentence: what came of it. */
  summary: z.string(),
  hint: z.string().optional(),
  /** What kind of failure it is. `task`: a task failed; `playbook`: it could not be read or begun; `no-host`: it ran nowhere. */
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
  /** Left out: it makes the node ready. */
  purpose: RunPurpose.optional(),
  playbook: z.string(),
  nodeId: z.string(),
  nodeName: NodeName,
  status: JobStatus,
  /** 1 for the first run; grows when a job that was interrupted, or whose node was unreachable, is run again by itself. */
  attempt: z.int(),
  /** How many of the attempts ended because Muster was stopped or the run killed. */
  interruptions: z.int().optional(),
  /** Waits for another attempt, which comes then. */
  retryAt: Instant.optional(),
  /** Waits until the job with this id has succeeded. */
  after: z.string().optional(),
  /** Those with the higher number begin first; 0 where left out. */
  priority: z.int().min(-100).max(100).optional(),
  /** The run it is or was part of: the same for all jobs of a wave, named by its first job and attempt. */
  run: z.string().optional(),
  requestedBy: z.string(),
  createdAt: Instant,
  /** Since when it waits for a free place. */
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
