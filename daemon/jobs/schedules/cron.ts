/** Cron's words for times, by a library that knows time zones and the days when the clock is put back or forward. */
import { Cron } from "croner";
import { MusterError } from "../../errors/errors.ts";

/** The first time after `from`. Throws REQUEST_INVALID for what is no time, or none that ever comes. */
export function nextTime(cron: string, timeZone: string, from: Date): Date {
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: timeZone, mode: "5-part", paused: true }).nextRun(from);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^CronPattern: /, "") : String(cause);
    throw new MusterError("REQUEST_INVALID", `cron: ${why}; five fields are wanted, such as "0 3 * * sun" for Sundays at three`);
  }
  if (!next) throw new MusterError("REQUEST_INVALID", `cron: ${cron} is a time that never comes`);
  return next;
}
