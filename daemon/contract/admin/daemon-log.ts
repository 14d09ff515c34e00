/** The log of the daemon's own processes, as it is shown to people: numbered, without secrets, the newest only. */
import * as z from "zod";
import { Instant } from "../names.ts";

/** The least first. */
export const LogLevel = z.enum(["trace", "debug", "info", "warn", "error", "fatal"]);
export type LogLevel = z.output<typeof LogLevel>;

export const LogLine = z.object({
  /** Counts on through restarts of every process but the supervisor, whose start begins a new `epoch`. */
  seq: z.int(),
  at: Instant,
  level: LogLevel,
  process: z.string(),
  /** Which part of that process, where it says so. */
  part: z.string().optional(),
  text: z.string(),
  /** What else is known, by name. */
  detail: z.record(z.string(), z.string()).optional(),
});
export type LogLine = z.output<typeof LogLine>;

export const DaemonLog = z.object({
  epoch: z.string(),
  lines: z.array(LogLine),
  /** Ask with this as `since` for what comes next. */
  next: z.int(),
});
export type DaemonLog = z.output<typeof DaemonLog>;

/** Whether a line is wanted: at least this grave, and of this process or this part of one. */
export function isWanted(line: LogLine, level: LogLevel, part: string | undefined): boolean {
  const rank = LogLevel.options.indexOf(line.level) - LogLevel.options.indexOf(level);
  return rank >= 0 && (part === undefined || line.process === part || line.part === part);
}
