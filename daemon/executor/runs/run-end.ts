/**
 * Decides how a run ended. The decision depends on how the process ended, and on why it was stopped. All functions in this
 * file are pure.
 */
import type { RunOutcome } from "../../contract/jobs/run-messages.ts";
import { type End, exitCodeOf } from "../lasting-files.ts";

/** An executor of version 0.1.0 stopped its runs as `interrupted` when the daemon stopped. */
export type StopReason = "cancelled" | "timed-out" | "interrupted";

/** The exit codes of a shell if the program does not exist or cannot be executed. */
const NOT_STARTED = [127, 126];

export function howEnded(end: End, stopped: StopReason | undefined): RunOutcome["ended"] {
  const exitCode = exitCodeOf(end);
  // The run succeeded before the signal and must not be repeated. The signal stopped only processes that the run left behind.
  if (exitCode === 0 && (stopped === "interrupted" || stopped === "timed-out")) return "exited";
  if (stopped) return stopped;
  // The process was killed by something else, for example by the kernel because the memory was full.
  if (end.how !== "exited") return "lost";
  return NOT_STARTED.includes(end.exitCode) ? "not-started" : "exited";
}
