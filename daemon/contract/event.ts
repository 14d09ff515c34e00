/** Events of the system. The events of a node form the node's timeline. New events are appended, and old events never change. */
import * as z from "zod";
import { Instant } from "./names.ts";

export const Event = z.object({
  /**
   * The sequence number, which grows by one with each event of the system. Over a WebSocket, Muster replays the events after
   * the number that the client sends.
   */
  seq: z.int(),
  at: Instant,
  /** The process that recorded the event. */
  source: z.enum(["netboot", "control", "executor", "supervisor"]),
  /** Words from coarse to fine, separated by dots: `dhcp.ack`, `node.armed`, `install.base`, `job.task`. */
  type: z.string(),
  summary: z.string(),
  nodeId: z.string().optional(),
  jobId: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type Event = z.output<typeof Event>;
export type NewEvent = Omit<Event, "seq" | "at">;
