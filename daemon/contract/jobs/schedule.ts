/** A playbook that runs at set times. */
import * as z from "zod";
import { Role } from "../admin/key.ts";
import { Instant } from "../names.ts";
import { PlaybookName } from "./playbook.ts";
import { RunOptions } from "./run-options.ts";

export const ScheduleName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "is not a name: lower-case letters, digits and inner dashes, at most 40");

const GROUP = "group:";

/** Returns the name of the group, or undefined if the reference names a node. */
export const groupIn = (reference: string): string | undefined => (reference.startsWith(GROUP) ? reference.slice(GROUP.length) : undefined);

/** Names or MAC addresses of nodes, groups of the inventory as `group:NAME`, or `all`. */
export const Targets = z.union([z.literal("all"), z.array(z.string().max(100)).min(1).max(1000)]);
export type Targets = z.output<typeof Targets>;

export const Schedule = z.object({
  name: ScheduleName,
  playbook: PlaybookName,
  nodes: Targets,
  options: RunOptions.optional(),
  /**
   * Ids of the nodes, in the same order as the names of the nodes. A name can later belong to another node. Schedules of
   * older releases have no ids and use the names. The id of a group is its reference.
   */
  nodeIds: z.array(z.string()).optional(),
  /**
   * A cron expression with five fields: minute, hour, day of the month, month, day of the week. The values @hourly, @daily,
   * @weekly and @monthly are also allowed.
   */
  cron: z.string(),
  createdBy: z.string(),
  /**
   * The person or key (principal) that the policy check uses when the schedule is due. Schedules of older releases have no
   * owner and run as an operator.
   */
  owner: z.object({ keyId: z.string(), name: z.string(), role: Role }).optional(),
  createdAt: Instant,
  /** An admin's approval for this version of the playbook and for these nodes. A read-only schedule needs no approval. */
  approval: z
    .object({
      by: z.string(),
      at: Instant,
      sha256: z.string(),
      /** The number of approved nodes. */
      nodes: z.int().optional(),
      /**
       * The digest of each node's scope and values at the time of the approval, by the id of the node. The API does not return
       * it. Approvals of older releases have none and do not count.
       */
      bindings: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  next: Instant,
  /** The time zone of `next`. Schedules of older releases have none. */
  timeZone: z.string().optional(),
  /** The time at which the schedule became due. Set only while the schedule waits for a maintenance window. */
  dueSince: Instant.optional(),
  /** The result of the last run, or the reason why the run is delayed. */
  last: z.object({ at: Instant, outcome: z.string() }).optional(),
});
export type Schedule = z.output<typeof Schedule>;

/** Maintenance windows. Scheduled playbooks that change something start only while a maintenance window is open. */
export const Maintenance = z.object({
  open: z.boolean(),
  /** The windows in words. Empty if changes may start at any time. */
  windows: z.array(z.string()),
  timeZone: z.string(),
  /** The start of the next maintenance window. Absent while a maintenance window is open. */
  opens: Instant.optional(),
});
export type Maintenance = z.output<typeof Maintenance>;
