/** What goes over `/ws`. Server frames carry the sequence number of the event behind them; `?since=` replays. */
import * as z from "zod";
import { Event } from "./event.ts";
import { Job } from "./job.ts";
import { Instant } from "./names.ts";
import { Node } from "./node.ts";

export const ServerFrame = z.discriminatedUnion("type", [
  /** First on every connection and every 15 s after: where the stream stands now. `epoch` changes when the database does: then load afresh. */
  z.object({ type: z.literal("hello"), seq: z.int(), epoch: z.string(), at: Instant }),
  /** An event, with the state after it of what it touched. */
  z.object({ type: z.literal("event"), seq: z.int(), event: Event, node: Node.optional(), job: Job.optional() }),
  /** New output of a job the client asked to watch; `offset` is the byte offset of `text`. */
  z.object({ type: z.literal("log"), seq: z.int(), jobId: z.string(), offset: z.int(), next: z.int(), text: z.string(), end: z.boolean() }),
]);
export type ServerFrame = z.output<typeof ServerFrame>;

export const ClientFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("watch"), jobId: z.string().max(100), after: z.int().min(0).default(0) }),
  z.object({ type: z.literal("unwatch"), jobId: z.string().max(100) }),
]);
export type ClientFrame = z.output<typeof ClientFrame>;
