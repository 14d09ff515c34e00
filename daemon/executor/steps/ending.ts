/** The end of a step. The output in it may still contain secrets. */
import type { StepStatus } from "../../contract/changes/execution.ts";
import type { Said } from "../kept-output.ts";

export interface StepEnd {
  status: Exclude<StepStatus, "pending" | "running" | "skipped">;
  exitCode?: number | null;
  said: Said;
  error?: string;
}

/** The reason why a step was stopped. */
export type StopReason = "cancelled" | "timed-out";

export const reasonOf = (signal: AbortSignal): StopReason => (signal.reason === "timed-out" ? "timed-out" : "cancelled");

/** The reason why a step could not be performed. Its message becomes part of the step's result. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}
