/** Converts instants to the local time of a time zone, and finds changes of the clock. All functions in this file are pure. */

export const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
export type Day = (typeof days)[number];

export const DAY_MINUTES = 24 * 60;
export const WEEK_MINUTES = 7 * DAY_MINUTES;
export const MINUTE_MS = 60_000;

/** Returns the minutes since the last Sunday, 00:00, in local time. */
export function minuteOfWeek(at: Date, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const day = days.indexOf((parts.weekday ?? "").slice(0, 3).toLowerCase() as Day);
  return day * DAY_MINUTES + Number(parts.hour) * 60 + Number(parts.minute);
}

/** Returns the minutes by which the local clock is ahead of UTC. */
export function offsetMinutes(at: Date, timeZone: string): number {
  const ahead = minuteOfWeek(at, timeZone) - minuteOfWeek(at, "UTC");
  return ((((ahead + WEEK_MINUTES / 2) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES) - WEEK_MINUTES / 2;
}

export interface ClockChange {
  /** The first minute after the change. */
  at: Date;
  /** The minutes by which the clock was put forward. Negative if the clock was put back. */
  minutes: number;
}

/** Returns the change of the clock after `from`, up to `to`. Returns undefined if the clock does not change. */
export function clockChange(from: Date, to: Date, timeZone: string): ClockChange | undefined {
  const before = offsetMinutes(from, timeZone);
  const minutes = offsetMinutes(to, timeZone) - before;
  if (minutes === 0) return undefined;
  let [low, high] = [Math.floor(from.getTime() / MINUTE_MS), Math.floor(to.getTime() / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMinutes(new Date(middle * MINUTE_MS), timeZone) === before) low = middle;
    else high = middle;
  }
  return { at: new Date(high * MINUTE_MS), minutes };
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
