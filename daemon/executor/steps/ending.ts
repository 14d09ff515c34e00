/** The result of a step: its status, its exit code and its output. The output may still contain secrets. */
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

/** The reason why a step could not be performed. The message of this error becomes part of the step's result. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}
