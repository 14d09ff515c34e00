/** Maintenance windows: the times when the clock may start changes of nodes. Pure. */

import type { Maintenance } from "../../contract/jobs/schedule.ts";

export const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Day = (typeof days)[number];

export interface Window {
  /** The days on which it begins. */
  days: readonly Day[];
  /** `22:00`. */
  from: string;
  /** `04:00`. When it is not after `from`, it is on the next day. */
  to: string;
}

export interface MaintenanceRule {
  /** Without windows, every time is allowed. */
  windows: readonly Window[];
  /** An IANA name. Windows follow its local time, also through clock changes. */
  timeZone: string;
}

const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const MINUTE_MS = 60_000;
/** No time zone changes its clock by more. */
const CLOCK_CHANGE_MINUTES = 60;

export function isOpen({ windows, timeZone }: MaintenanceRule, now: Date): boolean {
  if (windows.length === 0) return true;
  const minute = minuteOfWeek(now, timeZone);
  return windows.some((window) => window.days.some((day) => holds(window, day, minute)));
}

/** Undefined while one is open. */
export function opensAt(rule: MaintenanceRule, now: Date): Date | undefined {
  if (isOpen(rule, now)) return undefined;
  const start = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  for (let minutes = 1; minutes <= WEEK_MINUTES + DAY_MINUTES; ) {
    const then = new Date(start + minutes * MINUTE_MS);
    if (isOpen(rule, then)) return then;
    // Only the last hour is checked minute by minute, because the local clock may change on the way.
    minutes += Math.max(1, minutesToNextBegin(rule, then) - CLOCK_CHANGE_MINUTES);
  }
  return undefined;
}

export function maintenanceNow(rule: MaintenanceRule, now: Date): Maintenance {
  const opens = opensAt(rule, now);
  return {
    open: isOpen(rule, now),
    windows: rule.windows.map(({ days: on, from, to }) => `${on.join(", ")} ${from}–${to}`),
    timeZone: rule.timeZone,
    ...(opens && { opens: opens.toISOString() }),
  };
}

function holds({ from, to }: Window, day: Day, minute: number): boolean {
  const begin = days.indexOf(day) * DAY_MINUTES + minutesOf(from);
  const length = (minutesOf(to) - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return (minute - begin + WEEK_MINUTES) % WEEK_MINUTES < length;
}

function minutesToNextBegin({ windows, timeZone }: MaintenanceRule, now: Date): number {
  const minute = minuteOfWeek(now, timeZone);
  const begins = windows.flatMap(({ days: on, from }) => on.map((day) => days.indexOf(day) * DAY_MINUTES + minutesOf(from)));
  return Math.min(...begins.map((begin) => (begin - minute + WEEK_MINUTES) % WEEK_MINUTES));
}

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
};

function minuteOfWeek(now: Date, timeZone: string): number {
  const format = formatOf(timeZone);
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const day = days.indexOf((parts.weekday ?? "").slice(0, 3).toLowerCase() as Day);
  return day * DAY_MINUTES + Number(parts.hour) * 60 + Number(parts.minute);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Kept, because making a format costs a thousand times more than using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats.set(timeZone, format);
  return format;
}
