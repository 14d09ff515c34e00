/**
 * Messages between control and executor about runs. A run is one Ansible process, which performs one job or all jobs of a
 * wave.
 */
import * as z from "zod";
import { Instant, NodeName } from "../names.ts";
import { Recap } from "./job.ts";
import { RunOptions } from "./run-options.ts";

/** One job of a run: one attempt of the job on one node. The node must be in the inventory. */
export const RunMember = z.strictObject({ jobId: z.string().regex(/^[a-z0-9-]{1,80}$/), attempt: z.int().min(1), node: NodeName });
export type RunMember = z.output<typeof RunMember>;

/**
 * Contains everything that the executor needs for a run. The executor refuses a message with unknown fields. A run of several
 * jobs is called a wave. All other messages identify a run by the job id and the attempt number of the run's first job.
 */
export const RunRequest = z.strictObject({
  type: z.literal("run"),
  members: z.array(RunMember).min(1).max(200),
  /** Name of a file in Ansible's folder or in its sub-folder `playbooks`. */
  playbook: z.string().regex(/^(playbooks\/)?[a-z0-9][a-z0-9_-]{0,60}\.ya?ml$/),
  /** Only report what would change (`--check --diff`). */
  check: z.boolean().optional(),
  options: RunOptions.optional(),
  /** The playbook adds hosts itself, so the run is not limited to its members. Only an approved step of a plan is such a run. */
  unlimited: z.literal(true).optional(),
  deadlineSeconds: z.int().min(1).max(86_400),
});
export type RunRequest = z.output<typeof RunRequest>;

/** The result of a run, as far as the executor knows. */
export const RunOutcome = z.object({
  /**
   * `interrupted`: an executor of version 0.1.0 stopped the run. `lost`: the run was killed, or disappeared
   * without a result.
   */
  ended: z.enum(["exited", "cancelled", "timed-out", "interrupted", "not-started", "lost"]),
  exitCode: z.int().nullable(),
  /** The counts of Ansible's statistics event. Absent if the run ended before Ansible's statistics event. */
  recap: z.record(z.string(), Recap).optional(),
  /** Nodes that got no further tasks because their job was cancelled. */
  cancelledNodes: z.array(NodeName).optional(),
  /** The reason why the run did not start, or the last part of the run's standard error output. */
  error: z.string().max(4000).optional(),
  startedAt: Instant.optional(),
  endedAt: Instant,
});
export type RunOutcome = z.output<typeof RunOutcome>;

const RunRef = { jobId: z.string(), attempt: z.int() };

/** Lists all running runs, and each ended run until control sends `forget`. */
export const KeptRuns = z.array(z.object({ ...RunRef, outcome: RunOutcome.optional() }));

export const runMessagesToExecutor = [
  RunRequest,
  /** Cancel one job. The other jobs of a wave (a run of several jobs) continue. */
  z.strictObject({ type: z.literal("cancel"), jobId: z.string() }),
  /** Stop a run that no job waits for. */
  z.strictObject({ type: z.literal("disown"), jobId: z.string(), attempt: z.int() }),
  /** Control has saved the outcome, so the executor may delete its own copy of the outcome. */
  z.strictObject({ type: z.literal("forget"), jobId: z.string(), attempt: z.int() }),
] as const;

export const runMessagesFromExecutor = [
  z.object({ type: z.literal("started"), ...RunRef, pid: z.int(), at: Instant }),
  z.object({ type: z.literal("finished"), ...RunRef, outcome: RunOutcome }),
  z.object({ type: z.literal("refused"), ...RunRef, reason: z.string() }),
] as const;
