/** The files in which `run.sh` and the executor record the start, the stop and the end of a long-running process. */
import { existsSync, readFileSync, statSync } from "node:fs";

/**
 * The way in which a long-running process ended, for example with an exit code or by a signal. Each variant of the type has
 * only those fields that are known in that case. `at` is the time when the command ended.
 */
export type End =
  | { how: "exited"; exitCode: number; at: Date }
  /** A signal killed the command. A shell reports a signal as the exit code 128 plus the number of the signal. */
  | { how: "signalled"; exitCode: number; at: Date }
  /** The command never started, and it can no longer start. */
  | { how: "never-begun" }
  /** The command started, but it was killed together with its wrapper script. The exit code of the command is unknown. */
  | { how: "lost" };

/**
 * A stop reason that is written when no process exists. Because of this reason, a wrapper script that starts late does not
 * start the command.
 */
export const SEAL = "never begun";
const KILLED = 128;
const LAST_SIGNAL = 64;

export const pathsOf = (base: string) => ({
  /** The identity of the process group. The wrapper script writes this file first. */
  pid: `${base}.pid`,
  /** The identity of the command's own process. The wrapper script writes this file. */
  command: `${base}.command`,
  /** The exit code of the command. The wrapper script writes this file last. */
  result: `${base}.result`,
  /**
   * The reason why the process was stopped. The executor writes this file before it sends a signal. If a wrapper script finds
   * this file, the script does not start the command.
   */
  stopped: `${base}.stopped`,
});

export function endIn(resultFile: string): End | undefined {
  if (!existsSync(resultFile)) return undefined;
  const text = readFileSync(resultFile, "utf8").trim();
  if (text === SEAL) return { how: "never-begun" };
  const exitCode = Number(text);
  const how = exitCode > KILLED && exitCode <= KILLED + LAST_SIGNAL ? "signalled" : "exited";
  return { how, exitCode, at: statSync(resultFile).mtime };
}

export function stopReasonIn(stoppedFile: string): string | undefined {
  const reason = existsSync(stoppedFile) ? readFileSync(stoppedFile, "utf8").trim() : SEAL;
  return reason === SEAL ? undefined : reason;
}

export const exitCodeOf = (end: End): number | null => ("exitCode" in end ? end.exitCode : null);
export const signalOf = (end: End): number | undefined => (end.how === "signalled" ? end.exitCode - KILLED : undefined);
