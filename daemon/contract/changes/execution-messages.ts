/** Messages between control and executor: about executions, and about steps that control performs itself (acts). */
import * as z from "zod";
import { ExecutionStatus, StepResult } from "./execution.ts";
import { Digest } from "./plan.ts";

/**
 * The result of one of Muster's own actions (an act), which control performed for a step. `unknown`: control stopped during
 * the act, so the act may or may not have happened.
 */
export const ActOutcome = z.strictObject({ ended: z.enum(["well", "badly", "unknown"]), message: z.string().max(4000) });
export type ActOutcome = z.output<typeof ActOutcome>;

/**
 * Asks control to perform Muster's own action (act) for a step that the executor has checked and started. Control reads the
 * step from its own database and performs it at most once. The executor repeats the request on every new connection until
 * control answers.
 */
export const ActRequest = z.object({
  type: z.literal("act"),
  executionId: z.uuid(),
  stepId: z.string(),
  /** Hash of the plan that the executor checked. */
  planHash: Digest,
});
export type ActRequest = z.output<typeof ActRequest>;

/**
 * Lists all running executions, and each ended execution until control sends `forget-execution`. The list contains no other
 * executions.
 */
export const KeptExecutions = z
  .array(z.object({ executionId: z.uuid(), status: ExecutionStatus, interrupted: z.literal(true).optional() }))
  .optional();

export const executionMessagesToExecutor = [
  /**
   * The message contains only the id. The executor reads the plan from the database and decides for itself whether the plan
   * may run.
   */
  z.strictObject({ type: z.literal("execute"), executionId: z.uuid() }),
  z.strictObject({ type: z.literal("stop"), executionId: z.uuid() }),
  /** Control's answer to an `act` message. Control gives the same answer to a repeated request. */
  z.strictObject({ type: z.literal("acted"), executionId: z.uuid(), stepId: z.string(), outcome: ActOutcome }),
  /**
   * Control has saved the result, so the executor may stop reporting it. The executor still remembers that it has run
   * the execution.
   */
  z.strictObject({ type: z.literal("forget-execution"), executionId: z.uuid() }),
] as const;

export const executionMessagesFromExecutor = [
  /**
   * A step has started or ended. The executor repeats the message on every new connection while it keeps the record of the
   * execution.
   */
  z.object({ type: z.literal("step"), executionId: z.uuid(), step: StepResult }),
  ActRequest,
  z.object({
    type: z.literal("executed"),
    executionId: z.uuid(),
    status: ExecutionStatus,
    steps: z.array(StepResult),
    error: z.string().optional(),
    interrupted: z.literal(true).optional(),
  }),
  /** The executor refused the execution before the first step of the execution. */
  z.object({ type: z.literal("execution-refused"), executionId: z.uuid(), reason: z.string() }),
] as const;
