/**
 * Frames of `/ws`. Each frame of the server contains the sequence number of its event. With the parameter `?since=NUMBER`,
 * the server replays the events after that number.
 */
import * as z from "zod";
import { LogLine } from "./admin/daemon-log.ts";
import { Approval, ApprovalId, VoteSignature } from "./changes/approval.ts";
import { Execution } from "./changes/execution.ts";
import { Event } from "./event.ts";
import { Job } from "./jobs/job.ts";
import { Node } from "./machines/node.ts";
import { Instant } from "./names.ts";

export const ServerFrame = z.discriminatedUnion("type", [
  /**
   * Control sends this frame at the start of every connection, then every 15 s. If the database is replaced, `epoch` changes
   * and the client must load everything again.
   */
  z.object({ type: z.literal("hello"), seq: z.int(), epoch: z.string(), at: Instant }),
  /** An event, with the new state of its node, job or execution. */
  z.object({
    type: z.literal("event"),
    seq: z.int(),
    event: Event,
    node: Node.optional(),
    job: Job.optional(),
    execution: Execution.optional(),
  }),
  /** A plan waits for approval. The frame follows the event of the approval request and has the same sequence number. */
  z.object({ type: z.literal("approval_request"), seq: z.int(), approval: Approval, summary: z.string(), reason: z.string() }),
  /** A person has voted, or the approval request has ended. `approval.state` shows the new state. */
  z.object({ type: z.literal("approval_response"), seq: z.int(), approval: Approval }),
  /** A vote that came over this connection was refused. */
  z.object({
    type: z.literal("approval_refused"),
    seq: z.int(),
    approvalId: z.string(),
    code: z.string(),
    message: z.string(),
    hint: z.string(),
  }),
  /** New output of a watched job. `offset` is the byte offset of `text` in the whole output. */
  z.object({ type: z.literal("log"), seq: z.int(), jobId: z.string(), offset: z.int(), next: z.int(), text: z.string(), end: z.boolean() }),
  /** New lines of the daemon log, for clients that watch the log. When `epoch` changes, earlier lines become invalid. */
  z.object({ type: z.literal("daemon_log"), seq: z.int(), epoch: z.string(), lines: z.array(LogLine) }),
]);
export type ServerFrame = z.output<typeof ServerFrame>;

export const ClientFrame = z.discriminatedUnion("type", [
  z.object({ type: z.literal("watch"), jobId: z.string().max(100), after: z.int().min(0).default(0) }),
  z.object({ type: z.literal("unwatch"), jobId: z.string().max(100) }),
  /** Requests the lines of the daemon log after a known line. The number and the epoch identify that line. */
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
