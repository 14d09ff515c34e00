/** Computes maintenance windows, which are the times when schedules may change nodes. All functions in this file are pure. */

import type { Maintenance } from "../../contract/jobs/schedule.ts";
import { clockChange, DAY_MINUTES, type Day, days, MINUTE_MS, minuteOfWeek, WEEK_MINUTES } from "./local-time.ts";

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

/** The largest change of the clock in any time zone, in minutes. */
const CLOCK_CHANGE_MINUTES = 60;

export function isOpen({ windows, timeZone }: MaintenanceRule, now: Date): boolean {
  if (windows.length === 0) return true;
  const minute = minuteOfWeek(now, timeZone);
  return windows.some((window) => window.days.some((day) => holds(window, day, minute) || replaces(window, day, timeZone, now)));
}

/**
 * Returns true if the clock skipped the whole window, and the window is open in its place. Such a window begins when the clock
 * is put forward, and has its usual length.
 */
function replaces(window: Window, day: Day, timeZone: string, now: Date): boolean {
  const length = lengthOf(window);
  if (length > CLOCK_CHANGE_MINUTES) return false;
  const change = clockChange(new Date(now.getTime() - length * MINUTE_MS), now, timeZone);
  if (!change || change.minutes < length) return false;
  const skippedFrom = minuteOfWeek(change.at, timeZone) - change.minutes;
  const after = (beginOf(window, day) - skippedFrom + WEEK_MINUTES) % WEEK_MINUTES;
  return after + length <= change.minutes;
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

function holds(window: Window, day: Day, minute: number): boolean {
  return (minute - beginOf(window, day) + WEEK_MINUTES) % WEEK_MINUTES < lengthOf(window);
}

const beginOf = ({ from }: Window, day: Day): number => days.indexOf(day) * DAY_MINUTES + minutesOf(from);

const lengthOf = ({ from, to }: Window): number => (minutesOf(to) - minutesOf(from) + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;

function minutesToNextBegin({ windows, timeZone }: MaintenanceRule, now: Date): number {
  const minute = minuteOfWeek(now, timeZone);
  const begins = windows.flatMap((window) => window.days.map((day) => beginOf(window, day)));
  return Math.min(...begins.map((begin) => (begin - minute + WEEK_MINUTES) % WEEK_MINUTES));
}

const minutesOf = (clock: string): number => {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
};
