/** Computes maintenance windows, which are the times when schedules may change nodes. All functions in this file are pure. */

import type { Maintenance } from "../../contract/jobs/schedule.ts";

export const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Day = (typeof days)[number];

export interface Window {
  /** The days of the week on which the maintenance window begins. */
  days: readonly Day[];
  /** The local time at which the maintenance window begins, for example `22:00`. */
  from: string;
  /**
   * The local time at which the maintenance window ends, for example `04:00`. If `to` is not later than `from`, the
   * window ends on the next day.
   */
  to: string;
}

export interface MaintenanceRule {
  /** The maintenance windows. If the list is empty, schedules may change nodes at any time. */
  windows: readonly Window[];
  /** The IANA name of a time zone. Maintenance windows follow the local time of this zone, including clock changes. */
  timeZone: string;
}

const DAY_MINUTES = 24 * 60;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const MINUTE_MS = 60_000;
/** The largest change of the clock in any time zone, in minutes. */
const CLOCK_CHANGE_MINUTES = 60;

export function isOpen({ windows, timeZone }: MaintenanceRule, now: Date): boolean {
  if (windows.length === 0) return true;
  const minute = minuteOfWeek(now, timeZone);
  return windows.some((window) => window.days.some((day) => holds(window, day, minute)));
}

/** Returns the time when the next window opens. Returns undefined while a window is open. */
export function opensAt(rule: MaintenanceRule, now: Date): Date | undefined {
  if (isOpen(rule, now)) return undefined;
  const start = Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS;
  for (let minutes = 1; minutes <= WEEK_MINUTES + DAY_MINUTES; ) {
    const then = new Date(start + minutes * MINUTE_MS);
    if (isOpen(rule, then)) return then;
    // Skips ahead to one hour before the next window and then checks each minute. The local clock may change before the
    // window.
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

/** Caches the format of each time zone, because creating a format is a thousand times slower than using it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats.set(timeZone, format);
  return format;
}
