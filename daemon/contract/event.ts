/** What happened, when, to what: a node's events together are its timeline. Append only. */
import * as z from "zod";
import { Instant } from "./names.ts";

export const Event = z.object({
  /** Grows by one per event over the whole system; WebSocket replay starts after it. */
  seq: z.int(),
  at: Instant,
  /** Which process saw it. */
  source: z.enum(["netboot", "control", "executor", "supervisor"]),
  /** Dotted, coarse to fine: `dhcp.ack`, `node.armed`, `install.base`, `job.task`. */
  type: z.string(),
  summary: z.string(),
  nodeId: z.string().optional(),
  jobId: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type Event = z.output<typeof Event>;
export type NewEvent = Omit<Event, "seq" | "at">;
