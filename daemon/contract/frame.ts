/** What goes over `/ws`. Server frames carry the sequence number of the event behind them; `?since=` replays. */
import * as z from "zod";
import { LogLine } from "./admin/daemon-log.ts";
import { Approval, ApprovalId, VoteSignature } from "./changes/approval.ts";
import { Execution } from "./changes/execution.ts";
import { Event } from "./event.ts";
import { Job } from "./jobs/job.ts";
import { Node } from "./machines/node.ts";
import { Instant } from "./names.ts";

export const ServerFrame = z.discriminatedUnion("type", [
  /** First on every connection and every 15 s after: where the stream stands now. `epoch` changes when the database does: then load afresh. */
  z.object({ type: z.literal("hello"), seq: z.int(), epoch: z.string(), at: Instant }),
  /** An event, with the state after it of what it touched. */
  z.object({
    type: z.literal("event"),
    seq: z.int(),
    event: Event,
    node: Node.optional(),
    job: Job.optional(),
    execution: Execution.optional(),
  }),
  /** People are asked: a plan waits for their answer. Comes after the event that tells of it, with its number. */
  z.object({ type: z.literal("approval_request"), seq: z.int(), approval: Approval, summary: z.string(), reason: z.string() }),
  /** Somebody has answered, or the question has ended: `approval.state` says how. */
  z.object({ type: z.literal("approval_response"), seq: z.int(), approval: Approval }),
  /** An answer that came over this connection does not count. */
  z.object({
    type: z.literal("approval_refused"),
    seq: z.int(),
    approvalId: z.string(),
    code: z.string(),
    message: z.string(),
    hint: z.string(),
  }),
  /** New output of a job the client asked to watch; `offset` is the byte offset of `text`. */
  z.object({ type: z.literal("log"), seq: z.int(), jobId: z.string(), offset: z.int(), next: z.int(), text: z.string(), end: z.boolean() }),
  /** New lines of the daemon's own log, for who asked. Another `epoch` than before: forget the earlier ones. */
  z.object({ type: z.literal("daemon_log"), seq: z.int(), epoch: z.string(), lines: z.array(LogLine) }),
]);
export type ServerFrame = z.output<typeof ServerFrame>;

export const ClientFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("watch"), jobId: z.string().max(100), after: z.int().min(0).default(0) }),
  z.object({ type: z.literal("unwatch"), jobId: z.string().max(100) }),
  /** The daemon's own log after a line somebody knows: its number, and the epoch that number is of. */
  z.object({ type: z.literal("watch_daemon_log"), after: z.int().min(0).default(0), epoch: z.string().max(100).default("") }),
  z.object({ type: z.literal("unwatch_daemon_log") }),
  z.object({
    type: z.literal("approval_response"),
    approvalId: ApprovalId,
    answer: z.enum(["approve", "deny"]),
    reason: z.string().max(500).default(""),
    signature: VoteSignature.optional(),
  }),
]);
export type ClientFrame = z.output<typeof ClientFrame>;
