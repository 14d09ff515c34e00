/** A playbook that is run again and again, by the clock. */
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
  /** The machines these names meant, in their order: a name may become another's. One that was made before there was this goes by names. */
  nodeIds: z.array(z.string()).optional(),
  /** Five fields: minute, hour, day of the month, month, day of the week; or @hourly, @daily, @weekly, @monthly. */
  cron: z.string(),
  createdBy: z.string(),
  /** For whom the policy is asked when its time comes. One that was made before there was this is an operator's. */
  owner: z.object({ keyId: z.string(), name: z.string(), role: Role }).optional(),
  createdAt: Instant,
  /** Who let it change nodes, with the playbook as it was then. One that only looks needs none. */
  approval: z.object({ by: z.string(), at: Instant, sha256: z.string() }).optional(),
  next: Instant,
  /** Its time has come, and it waits for a maintenance window. */
  dueSince: Instant.optional(),
  /** What became of the last time, or what it waits for. */
  last: z.object({ at: Instant, outcome: z.string() }).optional(),
});
export type Schedule = z.output<typeof Schedule>;

/** Whether playbooks that change something may be started by the clock now. */
export const Maintenance = z.object({
  open: z.boolean(),
  /** In words; empty: at any time. */
  windows: z.array(z.string()),
  timeZone: z.string(),
  /** When the next one opens, while none is open. */
  opens: Instant.optional(),
});
export type Maintenance = z.output<typeof Maintenance>;
