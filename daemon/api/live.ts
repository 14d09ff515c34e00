/** Serves the live feed at `/ws`. The feed sends every event with the state after the event, and the output of watched jobs. */

import type { WebSocket } from "@fastify/websocket";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { LogBook } from "../admin/log-book.ts";
import { ClientFrame, type ServerFrame } from "../contract/frame.ts";
import type { JobOutput } from "../contract/jobs/job.ts";
import { MusterError } from "../errors/errors.ts";
import { PeriodicTask } from "../errors/periodic-task.ts";
import { steadyMs } from "../errors/steady-clock.ts";
import type { EventStore } from "../store/events.ts";
import { type Answered, refusalOf } from "./changes/live-approvals.ts";
import type { EventSources } from "./live-frames.ts";
import { type LiveLimits, LivePlaces } from "./live-places.ts";
import { type Follower, liveTurn } from "./live-turn.ts";

export const LIVE_PATH = "/ws";

export interface LiveFeed extends EventSources {
  events: EventStore;
  output(id: string, after: number): Promise<JobOutput>;
  /**
   * Returns the id of the caller's key. Throws if the caller may not read the feed. The feed repeats the check while a
   * connection is open, and only the first check counts towards the rate limit.
   */
  authorize(request: FastifyRequest, opening: boolean): string;
  logBook: LogBook;
  /** Throws if the caller may not read the daemon's own log. */
  mayReadLog(request: FastifyRequest): void;
  /** Throws if the vote does not count, or if the caller may not vote. */
  vote(request: FastifyRequest, answer: Answered): void;
  pace?: LivePace | undefined;
  places?: LiveLimits | undefined;
}

export interface LivePace {
  /** Milliseconds between two reads of the database. The feed polls, because the netboot process also writes events. */
  pollMs: number;
  /** Milliseconds between two `hello` frames. A page that receives no `hello` knows that the connection is dead. */
  heartbeatMs: number;
  /**
   * Milliseconds between two authorizations of a client. If a key is revoked, its live feed is closed at the next
   * authorization.
   */
  authorizeMs: number;
}

const PACE: LivePace = { pollMs: 150, heartbeatMs: 15_000, authorizeMs: 30_000 };
const LOG_LINES = 500;
/** The number of unsent bytes from which a client receives nothing more until it has taken some of them. */
const MAX_WAITING_BYTES = 64 * 1024;
/**
 * The maximum number of unsent bytes per client. Control disconnects a client with more unsent bytes. The client can
 * reconnect and replay the missed events.
 */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Control disconnects a client that takes nothing during this number of heartbeats. */
const MISSED_HEARTBEATS = 4;
/** The maximum number of jobs whose output one client watches. */
const MAX_WATCHED = 64;
const [POLICY_VIOLATION, TRY_AGAIN_LATER] = [1008, 1013];

interface Listener extends Follower {
  socket: WebSocket;
  request: FastifyRequest;
  greetedAt: number;
  authorizedAt: number;
  /** The last time at which the client had taken almost everything that control sent. */
  readyAt: number;
  watching: Map<string, number>;
  /** The client's position in the daemon's own log, or undefined if the client does not watch the log. */
  log: { epoch: string; after: number; answered: boolean } | undefined;
  busy: boolean;
}

export function liveFeed(app: FastifyInstance, feed: LiveFeed): void {
  const listeners = new Set<Listener>();
  const places = new LivePlaces(feed.places);
  const { pollMs, heartbeatMs, authorizeMs } = feed.pace ?? PACE;

  app.route({ method: "GET", url: LIVE_PATH, schema: { hide: true }, handler: plainRequest, wsHandler: listen });

  function listen(socket: WebSocket, request: FastifyRequest): void {
    let leave = () => {};
    const enter = () => {
      leave = places.take(feed.authorize(request, true));
    };
    if (!admitted(socket, enter)) return;
    const now = steadyMs();
    const seq = startAfter(request, feed.events.lastSeq());
    const listener: Listener = {
      socket,
      request,
      greetedAt: now,
      authorizedAt: now,
      readyAt: now,
      seq,
      watching: new Map(),
      log: undefined,
      busy: false,
      ready: () => socket.readyState === socket.OPEN && socket.bufferedAmount < MAX_WAITING_BYTES,
      send: (text) => socket.send(text),
    };
    greet(listener);
    listeners.add(listener);
    socket.on("message", (data: Buffer) => obey(listener, data));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      listeners.delete(listener);
      leave();
    });
  }

  const turns = new PeriodicTask({
    everyMs: pollMs,
    run: async () => {
      for (const listener of listeners) void serve(listener);
      await liveTurn(listeners, feed);
    },
    log: app.log,
    failure: "the live feed failed; retrying until it works",
  }).start();
  app.addHook("preClose", async () => {
    await turns.stop();
    for (const { socket } of listeners) socket.close(1001, "Muster is stopping");
  });

  function admitted(socket: WebSocket, check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      socket.close(error.code === "RATE_LIMITED" ? TRY_AGAIN_LATER : POLICY_VIOLATION, closeReason(error.message));
      return false;
    }
  }

  function greet(listener: Listener): void {
    send(listener, { type: "hello", seq: feed.events.lastSeq(), epoch: feed.events.epoch(), at: new Date().toISOString() });
  }

  async function serve(listener: Listener): Promise<void> {
    if (listener.busy || listener.socket.readyState !== listener.socket.OPEN) return;
    const { socket, request } = listener;
    listener.busy = true;
    try {
      const now = steadyMs();
      if (now - listener.authorizedAt >= authorizeMs) {
        if (!admitted(socket, () => feed.authorize(request, false))) return;
        listener.authorizedAt = now;
      }
      if (listener.ready()) listener.readyAt = now;
      else if (now - listener.readyAt >= MISSED_HEARTBEATS * heartbeatMs) socket.terminate();
      if (listener.readyAt !== now) return;
      if (now - listener.greetedAt >= heartbeatMs) {
        greet(listener);
        listener.greetedAt = now;
      }
      serveLog(listener);
      for (const [jobId, after] of listener.watching) await serveOutput(listener, jobId, after);
    } catch (error) {
      app.log.error({ err: error }, "the live feed failed");
      listener.socket.close(1011, "the feed failed; connect again");
    } finally {
      listener.busy = false;
    }
  }

  function serveLog(listener: Listener): void {
    if (!listener.log) return;
    const epoch = feed.logBook.epoch();
    const after = listener.log.epoch === epoch ? listener.log.after : 0;
    const lines = feed.logBook.after(after, LOG_LINES);
    const last = lines.at(-1);
    // The first answer about the log is sent even if the log has no lines yet.
    if (!last && listener.log.answered) return;
    send(listener, { type: "daemon_log", seq: listener.seq, epoch, lines });
    listener.log = { epoch, after: last?.seq ?? after, answered: true };
  }

  async function serveOutput(listener: Listener, jobId: string, after: number): Promise<void> {
    const { text, next, end } = await feed.output(jobId, after);
    if (next === after && !end) return;
    if (listener.watching.get(jobId) !== after) return; // the client requested another position during the read
    send(listener, { type: "log", seq: listener.seq, jobId, offset: after, next, text, end });
    if (end) listener.watching.delete(jobId);
    else listener.watching.set(jobId, next);
  }

  function obey(listener: Listener, data: Buffer): void {
    const frame = parseFrame(data);
    if (!frame) listener.socket.close(1007, "not a frame of this protocol");
    else if (frame.type === "unwatch") listener.watching.delete(frame.jobId);
    else if (frame.type === "approval_response") answer(listener, frame);
    else if (frame.type === "unwatch_daemon_log") listener.log = undefined;
    else if (frame.type === "watch_daemon_log") watchLog(listener, frame);
    else if (feed.jobs.find(frame.jobId)) watchJob(listener, frame);
  }

  function watchJob({ watching, socket }: Listener, { jobId, after }: { jobId: string; after: number }): void {
    watching.set(jobId, after);
    if (watching.size > MAX_WATCHED) socket.close(POLICY_VIOLATION, `a live feed watches at most ${MAX_WATCHED} jobs`);
  }

  function watchLog(listener: Listener, { epoch, after }: { epoch: string; after: number }): void {
    if (admitted(listener.socket, () => feed.mayReadLog(listener.request))) listener.log = { epoch, after, answered: false };
  }

  /** Counts a vote. Sends a frame only if the vote is refused, because a counted vote reaches all clients as an event. */
  function answer(listener: Listener, frame: Answered): void {
    try {
      const refusal = refusalOf(frame, listener.seq, () => feed.vote(listener.request, frame));
      if (refusal) send(listener, refusal);
    } catch (error) {
      app.log.error({ err: error }, "a vote over the live feed failed");
      listener.socket.close(1011, "the vote failed; connect again");
    }
  }
}

function parseFrame(data: Buffer): ClientFrame | undefined {
  try {
    return ClientFrame.parse(JSON.parse(data.toString("utf8")));
  } catch {
    return undefined;
  }
}

function plainRequest(): never {
  throw new MusterError("UPGRADE_REQUIRED", `${LIVE_PATH} supports WebSocket only`);
}

/** Shortens the reason for a close frame, because the WebSocket protocol allows at most 123 bytes. */
const closeReason = (message: string) => Buffer.from(message).subarray(0, 120).toString("utf8");

/** Returns the sequence number after which the feed begins. Without `?since=`, the feed sends only new events. */
function startAfter(request: FastifyRequest, last: number): number {
  const since = new URL(request.url, "http://localhost").searchParams.get("since");
  const seq = since === null ? last : Number.parseInt(since, 10);
  return Number.isInteger(seq) && seq >= 0 && seq <= last ? seq : last;
}

function send({ socket }: Listener, frame: ServerFrame): void {
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
  else socket.send(JSON.stringify(frame));
}
