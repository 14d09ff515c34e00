/** The files in which run.sh and the executor record the life of a lasting process. */
import { existsSync, readFileSync, statSync } from "node:fs";

/** Each variant carries only what is true in it. `at` is when the command ended. */
export type End =
  | { how: "exited"; exitCode: number; at: Date }
  /** A shell reports a signal as 128 and its number. */
  | { how: "signalled"; exitCode: number; at: Date }
  /** It has not begun, and it cannot begin any more. */
  | { how: "never-begun" }
  /** It has begun. It was killed together with its wrapper, so its end is unknown. */
  | { how: "lost" };

/** The stop reason that stops nothing: no process was there, and one that comes late must not begin. */
export const SEAL = "never begun";
const KILLED = 128;
const LAST_SIGNAL = 64;

export const pathsOf = (base: string) => ({
  /** The process group, by the wrapper, first of all. */
  pid: `${base}.pid`,
  /** The command's own process, by the wrapper. */
  command: `${base}.command`,
  /** The exit code, by the wrapper, last of all. */
  result: `${base}.result`,
  /** Why it is stopped, by the executor, before any signal. A wrapper that finds this file does not begin. */
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
