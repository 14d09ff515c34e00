/** The schema of the `jobs` section, which configures Ansible runs and the times at which schedules may change nodes. */
import * as z from "zod";
import { OUTPUT_DAYS_MIN } from "../contract/jobs/job.ts";
import { days } from "../jobs/schedules/local-time.ts";

const Ansible = z.strictObject({
  directory: z.string().min(1).max(4096).optional().describe("Folder of playbooks and roles. Default: the one that comes with Muster."),
  playbook: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,60}\.ya?ml$/)
    .default("playbook.yaml")
    .describe("Playbook that configures a node after it has called home."),
  concurrency: z.int().min(1).max(64).default(4).describe("Number of runs at the same time."),
  wave_size: z.int().min(1).max(200).default(50).describe("Most nodes that one run configures. With 1, every node gets a run of its own."),
  gather_seconds: z
    .number()
    .min(0)
    .max(30)
    .default(2)
    .describe("Seconds that a run waits for more nodes to call home; a quarter of it if none arrives."),
  deadline_seconds: z
    .int()
    .min(30)
    .max(86_400)
    .default(3600)
    .describe("Seconds after which a run is stopped. Its jobs have then timed out."),
  output_mib: z
    .int()
    .min(1)
    .max(4096)
    .default(64)
    .describe("Most output that is kept of a job, in MiB: its beginning and its end, with a mark between."),
  output_days: z
    .int()
    .min(OUTPUT_DAYS_MIN)
    .max(36_500)
    .default(90)
    .describe("Days that a job's output is kept after its last line. The result of the job stays."),
  unreachable_retries: z
    .int()
    .min(0)
    .max(20)
    .default(2)
    .describe("Retries of a run whose node was unreachable: after 10 s, 30 s, 90 s and so on. A failed task is not retried."),
});

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "is not a time of day such as 22:00");

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false; // Intl throws a RangeError for an unknown time zone.
  }
};

const Maintenance = z.strictObject({
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
          .describe("Days on which the window begins: sun, mon, tue, wed, thu, fri, sat."),
        from: Clock.describe("Time of day at which the window begins."),
        to: Clock.describe("Time of day at which it ends. If it is not later, it ends on the next day."),
      }),
    )
    .max(50)
    .default([])
    .describe("Outside of these windows, schedules of playbooks that change nodes wait. Default: they run at any time."),
});

export const JobsSection = z.strictObject({
  ansible: Ansible.prefault({}).describe("Ansible runs that configure nodes."),
  maintenance: Maintenance.prefault({}).describe("Times at which schedules may change nodes."),
  history_days: z
    .int()
    .min(7)
    .max(36_500)
    .nullable()
    .default(null)
    .describe("Days that ended jobs, events, ended plans and expired tokens are kept; null keeps them for ever."),
});
