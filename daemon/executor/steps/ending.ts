/** How a step ended, before its secrets are taken out of what it said. */
import type { StepStatus } from "../../contract/changes/execution.ts";
import type { Said } from "../kept-output.ts";

export interface StepEnd {
  status: Exclude<StepStatus, "pending" | "running" | "skipped">;
  exitCode?: number | null;
  said: Said;
  error?: string;
}

/** Why a step's signal was raised. */
export type StopReason = "cancelled" | "timed-out";

export const reasonOf = (signal: AbortSignal): StopReason => (signal.reason === "timed-out" ? "timed-out" : "cancelled");

/** Why a step could not be done. Its sentence goes into the step's result. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}
