/** When the clock may start what changes nodes. */
import * as z from "zod";
import { days } from "../jobs/schedules/maintenance.ts";

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day such as 22:00");

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false; // RangeError: that is how it says so
  }
};

export const MaintenanceSettings = z.strictObject({
  time_zone: z
    .string()
    .refine(isTimeZone, "is not a time zone such as Europe/Berlin")
    .default("UTC")
    .describe("Time zone of the windows and of schedules."),
  windows: z
    .array(
      z.strictObject({
        days: z
          .array(z.enum(days))
          .min(1)
          .default([...days])
          .describe("Days on which it begins: sun, mon, tue, wed, thu, fri, sat."),
        from: Clock.describe("Time of day at which it begins."),
        to: Clock.describe("Time of day at which it ends; on the next day where it is not later."),
      }),
    )
    .max(50)
    .default([])
    .describe("Outside of these, schedules of playbooks that change something wait. Left out: they run at any time."),
});
