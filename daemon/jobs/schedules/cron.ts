/** Evaluates cron expressions with a library that supports time zones and clock changes. */
import { Cron } from "croner";
import { MusterError } from "../../errors/errors.ts";

/** Returns the first time after `from`. Throws REQUEST_INVALID if the expression is invalid or never matches a time. */
export function nextTime(cron: string, timeZone: string, from: Date): Date {
  let next: Date | null;
  try {
    next = new Cron(cron, { timezone: timeZone, mode: "5-part", paused: true }).nextRun(from);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^CronPattern: /, "") : String(cause);
    throw new MusterError("REQUEST_INVALID", `cron: ${why}; write five fields, such as "0 3 * * sun" for Sundays at three`);
  }
  if (!next) throw new MusterError("REQUEST_INVALID", `cron: ${cron} never occurs`);
  return next;
}
