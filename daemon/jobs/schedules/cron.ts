/**
 * Evaluates cron expressions in a time zone. On the nights on which the clock changes, the rules of cron apply: named times
 * occur once, and times with `*` or a step in the minute or the hour follow the real hours.
 */
import { Cron } from "croner";
import { MusterError } from "../../errors/errors.ts";
import { clockChange, MINUTE_MS, offsetMinutes } from "./local-time.ts";

/** Returns the first time after `from`. Throws REQUEST_INVALID if the expression is invalid or never matches a time. */
export function nextTime(cron: string, timeZone: string, from: Date): Date {
  let next: Date | undefined;
  try {
    next = followsHours(cron) ? nextMatch(cron, timeZone, from) : nextRun(cron, timeZone, from);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^CronPattern: /, "") : String(cause);
    throw new MusterError("REQUEST_INVALID", `cron: ${why}; write five fields, such as "0 3 * * sun" for Sundays at three`);
  }
  if (!next) throw new MusterError("REQUEST_INVALID", `cron: ${cron} never occurs`);
  return next;
}

/** The library runs each local time once, so it leaves out an hour that occurs twice. */
const nextRun = (cron: string, timezone: string, from: Date): Date | undefined =>
  new Cron(cron, { timezone, mode: "5-part", paused: true }).nextRun(from) ?? undefined;

const followsHours = (cron: string): boolean =>
  cron.trim().toLowerCase() === "@hourly" ||
  cron
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .some((field) => /[*/]/.test(field));

/**
 * Returns the first minute after `from` whose local time matches. Searches in the local time of the present offset, and begins
 * again behind each change of the clock.
 */
function nextMatch(cron: string, timeZone: string, from: Date): Date | undefined {
  for (let begin = from; ; ) {
    const offsetMs = offsetMinutes(begin, timeZone) * MINUTE_MS;
    const local = nextRun(cron, "UTC", new Date(begin.getTime() + offsetMs));
    if (!local) return undefined;
    const found = new Date(local.getTime() - offsetMs);
    const change = firstChange(begin, found, timeZone);
    if (!change) return found;
    // The search is for times after its begin, so it begins one second before the change, with the new offset.
    const again = afterChange(cron, timeZone, change);
    if (again) return again;
    begin = change;
  }
}

/** Returns the minute of the change itself if its local time matches. */
function afterChange(cron: string, timeZone: string, change: Date): Date | undefined {
  const offsetMs = offsetMinutes(change, timeZone) * MINUTE_MS;
  const local = nextRun(cron, "UTC", new Date(change.getTime() + offsetMs - 1000));
  return local && local.getTime() - offsetMs === change.getTime() ? change : undefined;
}

const STEP_MS = 7 * 24 * 60 * MINUTE_MS;

/** Returns the first change of the clock between two times. Two changes within a week would cancel each other out. */
function firstChange(from: Date, to: Date, timeZone: string): Date | undefined {
  for (let at = from.getTime(); at < to.getTime(); at += STEP_MS) {
    const change = clockChange(new Date(at), new Date(Math.min(at + STEP_MS, to.getTime())), timeZone);
    if (change) return change.at;
  }
  return undefined;
}
