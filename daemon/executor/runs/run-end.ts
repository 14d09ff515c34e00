/** Decides how a run ended, from the end of its process and the reason it was stopped for. Pure. */
import type { RunOutcome } from "../../contract/jobs/run-messages.ts";
import { type End, exitCodeOf } from "../lasting-files.ts";

export type StopReason = "cancelled" | "timed-out" | "interrupted";

/** The exit codes of a shell that did not find the program, or may not execute it. */
const NOT_STARTED = [127, 126];

export function howEnded(end: End, stopped: StopReason | undefined): RunOutcome["ended"] {
  const exitCode = exitCodeOf(end);
  // It succeeded before the signal came, and must not run twice. Only what it left behind was late.
  if (exitCode === 0 && (stopped === "interrupted" || stopped === "timed-out")) return "exited";
  if (stopped) return stopped;
  // Something else killed it, for example the kernel for lack of memory.
  if (end.how !== "exited") return "lost";
  return NOT_STARTED.includes(end.exitCode) ? "not-started" : "exited";
}
