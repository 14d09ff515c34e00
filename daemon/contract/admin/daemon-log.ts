/**
 * A log for people with the lines of Muster's own processes. The log contains only the newest lines, which are numbered and
 * contain no secrets.
 */
import * as z from "zod";
import { Instant } from "../names.ts";

/** Log levels in order of severity, lowest first. */
export const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal"]);
export type LogLevel = z.output<typeof LogLevel>;

export const LogLine = z.object({
  /** The line number. Only a restart of the supervisor resets this number. Each start of the supervisor begins a new `epoch`. */
  seq: z.int(),
  at: Instant,
  level: LogLevel,
  process: z.string(),
  /** The part of the process that logged the line, if known. */
  part: z.string().optional(),
  text: z.string(),
  /** Further fields of the log line, by name. */
  detail: z.record(z.string(), z.string()).optional(),
});
export type LogLine = z.output<typeof LogLine>;

export const DaemonLog = z.object({
  epoch: z.string(),
  lines: z.array(LogLine),
  /** Pass this number as `since` to get the following lines. */
  next: z.int(),
});
export type DaemonLog = z.output<typeof DaemonLog>;

/** True if the line has at least this severity and comes from the process or part with this name. */
export function isWanted(line: LogLine, level: LogLevel, part: string | undefined): boolean {
  const rank = LogLevel.options.indexOf(line.level) - LogLevel.options.indexOf(level);
  return rank >= 0 && (part === undefined || line.process === part || line.part === part);
}
