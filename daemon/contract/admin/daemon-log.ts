/** The log of the daemon's own processes, as people see it: numbered lines without secrets, the newest only. */
import * as z from "zod";
import { Instant } from "../names.ts";

/** In order of severity, lowest first. */
export const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal"]);
export type LogLevel = z.output<typeof LogLevel>;

export const LogLine = z.object({
  /** Grows across restarts of all processes except the supervisor. A start of the supervisor begins a new `epoch`. */
  seq: z.int(),
  at: Instant,
  level: LogLevel,
  process: z.string(),
  /** The part of the process that logged the line, if known. */
  part: z.string().optional(),
  text: z.string(),
  /** Further fields by name. */
  detail: z.record(z.string(), z.string()).optional(),
});
export type LogLine = z.output<typeof LogLine>;

export const DaemonLog = z.object({
  epoch: z.string(),
  lines: z.array(LogLine),
  /** Pass this as `since` to get the following lines. */
  next: z.int(),
});
export type DaemonLog = z.output<typeof DaemonLog>;

/** True for a line of at least this severity, from this process or part of a process. */
export function isWanted(line: LogLine, level: LogLevel, part: string | undefined): boolean {
  const rank = LogLevel.options.indexOf(line.level) - LogLevel.options.indexOf(level);
  return rank >= 0 && (part === undefined || line.process === part || line.part === part);
}
