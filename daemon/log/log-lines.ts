/** Parses a log line of Muster's processes and removes text that looks like a secret. All functions in this file are pure. */
import * as z from "zod";
import { LogLevel, type LogLine } from "../contract/admin/daemon-log.ts";

/** The level numbers of the library pino are multiples of ten. The lowest level is `trace`. */
const levelOf = (level: number): LogLevel => LogLevel.options[Math.min(Math.max(Math.floor(level / 10), 1), 6) - 1] ?? "info";

const Logged = z.looseObject({
  level: z.number(),
  time: z.iso.datetime(),
  process: z.string(),
  part: z.string().optional(),
  msg: z.string().default(""),
});

const LONGEST_TEXT = 8000;
const LONGEST_DETAIL = 4000;

export function readLogLine(seq: number, line: string, now: Date, redact: (text: string) => string): LogLine {
  const logged = Logged.safeParse(parsed(line));
  // Another program wrote this line. The line is shown unchanged except for secrets.
  if (!logged.success) return { seq, at: now.toISOString(), level: "info", process: "musterd", text: short(redact(line), LONGEST_TEXT) };
  const { level, time, process, part, msg, ...rest } = logged.data;
  const detail = Object.entries(rest).map(([name, value]) => [name, shownValue(name, value, redact)]);
  return {
    seq,
    at: time,
    level: levelOf(level),
    process,
    ...(part !== undefined && { part }),
    text: short(redact(msg), LONGEST_TEXT),
    ...(detail.length > 0 && { detail: Object.fromEntries(detail) }),
  };
}

/** Checks a field's name together with its value, because the name can reveal that the value is secret. */
function shownValue(name: string, value: unknown, redact: (text: string) => string): string {
  const text = name === "err" ? failureOf(value) : typeof value === "string" ? value : JSON.stringify(value);
  const shown = redact(`${name}: ${text}`);
  return short(shown.startsWith(`${name}: `) ? shown.slice(name.length + 2) : "[redacted]", LONGEST_DETAIL);
}

/** Returns the stack trace of an error, because the trace begins with the error message. */
function failureOf(error: unknown): string {
  const { stack, message } = Object(error) as { stack?: unknown; message?: unknown };
  return typeof stack === "string" ? stack : typeof message === "string" ? message : JSON.stringify(error);
}

const short = (text: string, longest: number): string =>
  text.length <= longest ? text : `${text.slice(0, longest)} … ${text.length - longest} more characters`;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
