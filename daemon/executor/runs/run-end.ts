/** How a run ended, as its files and its exit code tell. */
import { existsSync, readFileSync } from "node:fs";
import type { Outcome } from "../../contract/executor-protocol.ts";
import type { RunFiles } from "./run-files.ts";

export type StopReason = "cancelled" | "timed-out" | "interrupted";

/** Not a reason but a seal: nothing was there, and what comes late must not begin. */
export const SEAL = "never begun";
/** A shell's word for "killed by a signal": 128 and its number. Ansible itself says 250 when it does not know what happened. */
const KILLED = 128;
const LAST_SIGNAL = 64;

export function stopReason({ stopped }: RunFiles): StopReason | undefined {
  const reason = existsSync(stopped) ? readFileSync(stopped, "utf8").trim() : SEAL;
  return reason === SEAL ? undefined : (reason as StopReason);
}

/** Something of it was stopped, by us or by a signal: it has ended when nothing of it is left, wherever it went. */
export const wasStopped = (files: RunFiles, exitCode: number | null): boolean =>
  stopReason(files) !== undefined || existsSync(files.cancelled) || exitCode === null || exitCode > KILLED;

/** Pure. */
export function howEnded(exitCode: number | null, stopped: StopReason | undefined): Outcome["ended"] {
  // It was through before the signal came: running it again would be running it twice. Late was only what it left behind.
  if (exitCode === 0 && (stopped === "interrupted" || stopped === "timed-out")) return "exited";
  if (stopped) return stopped;
  // Somebody killed it, or the system did for want of memory: it did not come to its end.
  if (exitCode === null || (exitCode > KILLED && exitCode <= KILLED + LAST_SIGNAL)) return "lost";
  return exitCode === 127 || exitCode === 126 ? "not-started" : "exited";
}
