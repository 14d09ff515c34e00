/** A playbook that runs at set times. */
import * as z from "zod";
import { Role } from "../admin/key.ts";
import { Instant } from "../names.ts";
import { PlaybookName } from "./playbook.ts";

export const ScheduleName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "is not a name: lower-case letters, digits and inner dashes, at most 40");

export const Targets = z.union([z.literal("all"), z.array(z.string().max(100)).min(1).max(1000)]);
export type Targets = z.output<typeof Targets>;

export const Schedule = z.object({
  name: ScheduleName,
  playbook: PlaybookName,
  nodes: Targets,
  /** Ids of these nodes, in order, because names can change owners. Absent in schedules of older releases, which use the names. */
  nodeIds: z.array(z.string()).optional(),
  /** Five fields (minute, hour, day of the month, month, day of the week) or @hourly, @daily, @weekly, @monthly. */
  cron: z.string(),
  createdBy: z.string(),
  /** The principal of the policy check when the schedule is due. Absent in schedules of older releases, which run as an operator. */
  owner: z.object({ keyId: z.string(), name: z.string(), role: Role }).optional(),
  createdAt: Instant,
  /** Approval of an admin for this version of the playbook. A read-only schedule needs none. */
  approval: z.object({ by: z.string(), at: Instant, sha256: z.string() }).optional(),
  next: Instant,
  /** Set while a due schedule waits for a maintenance window. */
  dueSince: Instant.optional(),
  /** Result of the last run, or the reason for the delay. */
  last: z.object({ at: Instant, outcome: z.string() }).optional(),
});
export type Schedule = z.output<typeof Schedule>;

/** Maintenance windows. Scheduled playbooks that change something start only while one is open. */
export const Maintenance = z.object({
  open: z.boolean(),
  /** The windows in words. Empty if changes may start at any time. */
  windows: z.array(z.string()),
  timeZone: z.string(),
  /** Start of the next window, while none is open. */
  opens: Instant.optional(),
});
export type Maintenance = z.output<typeof Maintenance>;
