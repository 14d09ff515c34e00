/** What control and executor say to each other over the unix socket: one JSON object a line. The executor listens. */
import * as z from "zod";
import { ExecutionStatus, StepResult } from "./changes/execution.ts";
import { Digest } from "./changes/plan.ts";
import { Recap } from "./jobs/job.ts";
import { PowerAction, PowerFailure, PowerState } from "./machines/power.ts";
import { Instant, MacText, NodeName } from "./names.ts";

/** How an act ended that control performed for a step. `unknown`: control was stopped in the middle, and it may have happened. */
export const ActOutcome = z.strictObject({ ended: z.enum(["well", "badly", "unknown"]), message: z.string().max(4000) });
export type ActOutcome = z.output<typeof ActOutcome>;

/** One job's part in a run: one attempt, on one node, which must be in the inventory. */
export const RunMember = z.strictObject({ jobId: z.string().regex(/^[a-z0-9-]{1,80}$/), attempt: z.int().min(1), node: NodeName });
export type RunMember = z.output<typeof RunMember>;

/**
 * The whole of what a run needs; the executor refuses anything this schema does not let through. A run of several jobs
 * is a wave. In all other messages it is called by its first member's job and attempt.
 */
export const RunRequest = z.strictObject({
  type: z.literal("run"),
  members: z.array(RunMember).min(1).max(200),
  /** A file of Ansible's folder, or of its folder `playbooks`, by name. */
  playbook: z.string().regex(/^(playbooks\/)?[a-z0-9][a-z0-9_-]{0,60}\.ya?ml$/),
  /** Says what would change (`--check --diff`), and changes nothing. */
  check: z.boolean().optional(),
  deadlineSeconds: z.int().min(1).max(86_400),
});
export type RunRequest = z.output<typeof RunRequest>;

/** Whom to switch, not how: driver, address and password are the executor's own knowledge. */
export const PowerRequest = z.strictObject({
  type: z.literal("power"),
  id: z.uuid(),
  action: PowerAction,
  machine: z.strictObject({ name: NodeName, macs: z.array(MacText).min(1).max(64), address: z.union([z.ipv4(), z.ipv6()]).optional() }),
});
export type PowerRequest = z.output<typeof PowerRequest>;

export const ToExecutor = z.discriminatedUnion("type", [
  RunRequest,
  PowerRequest,
  /** Of a wave, only this job's part, while others of it are at work. */
  z.strictObject({ type: z.literal("cancel"), jobId: z.string() }),
  /** Nobody waits for this run: it must not go on. */
  z.strictObject({ type: z.literal("disown"), jobId: z.string(), attempt: z.int() }),
  /** The outcome is in the database: the executor need not keep it. */
  z.strictObject({ type: z.literal("forget"), jobId: z.string(), attempt: z.int() }),
  /** Of a decided plan nothing but its execution's number: the executor reads the rest by itself, and decides by itself whether it may. */
  z.strictObject({ type: z.literal("execute"), executionId: z.uuid() }),
  z.strictObject({ type: z.literal("stop"), executionId: z.uuid() }),
  /** The answer to `act`. Control gives the same answer to a repeated request. */
  z.strictObject({ type: z.literal("acted"), executionId: z.uuid(), stepId: z.string(), outcome: ActOutcome }),
  /** Its result is in the database. That it was done is never forgotten. */
  z.strictObject({ type: z.literal("forget-execution"), executionId: z.uuid() }),
]);
export type ToExecutor = z.output<typeof ToExecutor>;

/** How a run ended, as far as the executor knows. */
export const RunOutcome = z.object({
  /** `interrupted`: ended because the executor was told to stop. `lost`: it was killed, or is gone without a result. */
  ended: z.enum(["exited", "cancelled", "timed-out", "interrupted", "not-started", "lost"]),
  exitCode: z.int().nullable(),
  /** From Ansible's own statistics event; absent when the run never got there. */
  recap: z.record(z.string(), Recap).optional(),
  /** Nodes that were given no further task because their job was cancelled. */
  cancelledNodes: z.array(NodeName).optional(),
  /** Why it did not start, or what standard error said last. */
  error: z.string().max(4000).optional(),
  startedAt: Instant.optional(),
  endedAt: Instant,
});
export type RunOutcome = z.output<typeof RunOutcome>;

const RunRef = { jobId: z.string(), attempt: z.int() };
const Held = z.array(z.object({ ...RunRef, outcome: RunOutcome.optional() }));
/** Executions at work, and ended ones nobody has said to forget. What is not in it is not with the executor. */
const HeldExecutions = z.array(z.object({ executionId: z.uuid(), status: ExecutionStatus })).optional();

/** How busy it is, and how often it would not begin a plan since it started. */
export const ExecutorFigures = z.object({
  runs: z.int().min(0),
  steps: z.int().min(0),
  sshConnections: z.int().min(0),
  refusedWarrants: z.int().min(0),
});
export type ExecutorFigures = z.output<typeof ExecutorFigures>;

export const ActRequest = z.object({
  type: z.literal("act"),
  executionId: z.uuid(),
  stepId: z.string(),
  /** Of the plan that the executor checked. */
  planHash: Digest,
});
export type ActRequest = z.output<typeof ActRequest>;

export const FromExecutor = z.discriminatedUnion("type", [
  /** First on every connection: every run the executor holds, so that control can compare with its database. */
  z.object({
    type: z.literal("hello"),
    pid: z.int(),
    runs: Held,
    executions: HeldExecutions,
    figures: ExecutorFigures.optional(),
  }),
  /** Every few seconds: these runs are in good hands. Outcomes are told until they are forgotten. */
  z.object({ type: z.literal("alive"), runs: Held, executions: HeldExecutions, figures: ExecutorFigures.optional() }),
  z.object({ type: z.literal("started"), ...RunRef, pid: z.int(), at: Instant }),
  z.object({ type: z.literal("finished"), ...RunRef, outcome: RunOutcome }),
  z.object({ type: z.literal("refused"), ...RunRef, reason: z.string() }),
  /** A step began or ended. Told again for every connection, as long as its execution is held. */
  z.object({ type: z.literal("step"), executionId: z.uuid(), step: StepResult }),
  /**
   * Requests the act of a step that the executor has checked and begun. Control reads the step from its own database and performs it
   * at most once. The executor repeats the request on every new connection until control answers.
   */
  ActRequest,
  z.object({
    type: z.literal("executed"),
    executionId: z.uuid(),
    status: ExecutionStatus,
    steps: z.array(StepResult),
    error: z.string().optional(),
  }),
  /** Nothing of it was done. */
  z.object({ type: z.literal("execution-refused"), executionId: z.uuid(), reason: z.string() }),
  z.object({
    type: z.literal("powered"),
    id: z.uuid(),
    outcome: z.discriminatedUnion("ended", [
      z.object({ ended: z.literal("well"), power: PowerState.optional(), message: z.string() }),
      z.object({ ended: z.literal("badly"), code: PowerFailure, message: z.string() }),
    ]),
  }),
]);
export type FromExecutor = z.output<typeof FromExecutor>;
