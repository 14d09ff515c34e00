/** One execution of an allowed or approved plan, step by step. */
import * as z from "zod";
import { Instant, NodeName } from "../names.ts";
import { Digest } from "./plan.ts";

export const StepStatus = z.enum(["pending", "running", "succeeded", "failed", "timed-out", "cancelled", "skipped", "unknown"]);
export type StepStatus = z.output<typeof StepStatus>;

export const StepResult = z.object({
  id: z.string(),
  target: NodeName.optional(),
  status: StepStatus,
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  exitCode: z.int().nullable().optional(),
  /** The output of the step. Secrets are masked, and the output is cut to the tool's limit. The text is untrusted. */
  output: z.string().optional(),
  error: z.string().optional(),
});
export type StepResult = z.output<typeof StepResult>;

/**
 * `partial`: some steps succeeded and could not be rolled back. `unknown`: the result of a step is not known, for example
 * because the executor failed during the execution.
 */
export const ExecutionStatus = z.enum([
  "queued",
  "running",
  "succeeded",
  "failed",
  "rolled-back",
  "partial",
  "cancelled",
  "timed-out",
  "refused",
  "unknown",
]);
export type ExecutionStatus = z.output<typeof ExecutionStatus>;

/**
 * Reports what was done when a plan was interrupted, by the ids of its steps. Each step of the plan is in one of the four
 * lists.
 */
export const Interruption = z.object({
  done: z.array(z.string()),
  /** These steps began, and their end is unknown or they were stopped. They may have taken effect. */
  cutOff: z.array(z.string()),
  notBegun: z.array(z.string()),
  failed: z.array(z.string()),
  /** `command`: the plan can be resumed. `person`: a person must check the nodes first. `never`: propose it again. */
  resume: z.enum(["command", "person", "never"]),
  /** The first step that a resumption runs. */
  from: z.string().optional(),
  /** Why the plan can be resumed in this way. */
  reason: z.string(),
});
export type Interruption = z.output<typeof Interruption>;

export const Execution = z.object({
  id: z.uuid(),
  planId: z.uuid(),
  planHash: Digest,
  approvalId: z.string().optional(),
  status: ExecutionStatus,
  steps: z.array(StepResult),
  requestedBy: z.string(),
  createdAt: Instant,
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
  error: z.string().optional(),
  /** Present if a crash or a restart of Muster interrupted the execution. */
  interrupted: z.literal(true).optional(),
  /** Only in the answer about one execution, after the end of an interrupted execution. */
  interruption: Interruption.optional(),
});
export type Execution = z.output<typeof Execution>;
