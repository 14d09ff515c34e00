/** `/ws`: every event as it happens, with the state after it, and the output of jobs somebody watches. */

import type { WebSocket } from "@fastify/websocket";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Event } from "../contract/event.ts";
import { ClientFrame, type ServerFrame } from "../contract/frame.ts";
import type { JobOutput } from "../contract/job.ts";
import { explain } from "../errors.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs.ts";
import type { NodeStore } from "../store/nodes.ts";

export interface LiveFeed {
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  output(id: string, after: number): Promise<JobOutput>;
  /** Throws when this request may not listen. */
  authorize(request: FastifyRequest): void;
}

/** Netboot writes events too, in its own process; the database is the only place where all of them meet. */
const POLL_MS = 150;
const BATCH = 500;
/** A page that cannot keep up is cut off and replays when it comes back, instead of filling our memory. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

interface Listener {
  socket: WebSocket;
  seq: number;
  watching: Map<string, number>;
  busy: boolean;
}

export function liveFeed(app: FastifyInstance, feed: LiveFeed): void {
  const listeners = new Set<Listener>();

  app.get("/ws", { websocket: true }, (socket, request) => {
    try {
      feed.authorize(request);
    } catch (error) {
      socket.close(1008, explain(error).slice(0, 120));
      return;
    }
    const last = feed.events.lastSeq();
    const listener: Listener = { socket, seq: startAfter(request, last), watching: new Map(), busy: false };
    send(listener, { type: "hello", seq: last, epoch: feed.events.epoch(), at: new Date().toISOString() });
    listeners.add(listener);
    socket.on("message", (data: Buffer) => obey(listener, data));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => listeners.delete(listener));
  });

  const timer = setInterval(() => {
    for (const listener of listeners) void serve(listener);
  }, POLL_MS);
  app.addHook("preClose", async () => {
    clearInterval(timer);
    for (const { socket } of listeners) socket.close(1001, "Muster is stopping");
  });

  async function serve(listener: Listener): Promise<void> {
    if (listener.busy) return;
    listener.busy = true;
    try {
      for (const event of feed.events.after(listener.seq, BATCH)) {
        send(listener, eventFrame(event));
        listener.seq = event.seq;
      }
      for (const [jobId, after] of listener.watching) await serveOutput(listener, jobId, after);
    } catch (error) {
      app.log.error({ err: error }, "live feed");
      listener.socket.close(1011, "the feed failed; connect again");
    } finally {
      listener.busy = false;
    }
  }

  async function serveOutput(listener: Listener, jobId: string, after: number): Promise<void> {
    const { text, next, end } = await feed.output(jobId, after);
    if (next === after && !end) return;
    if (listener.watching.get(jobId) !== after) return; // asked anew meanwhile
    send(listener, { type: "log", seq: listener.seq, jobId, offset: after, next, text, end });
    if (end) listener.watching.delete(jobId);
    else listener.watching.set(jobId, next);
  }

  function eventFrame(event: Event): ServerFrame {
    const node = event.nodeId === undefined ? undefined : feed.nodes.findById(event.nodeId);
    const job = event.jobId === undefined ? undefined : feed.jobs.find(event.jobId);
    return { type: "event", seq: event.seq, event, ...(node && { node }), ...(job && { job }) };
  }

  function obey(listener: Listener, data: Buffer): void {
    const frame = parseFrame(data);
    if (!frame) listener.socket.close(1007, "not a frame of this protocol");
    else if (frame.type === "unwatch") listener.watching.delete(frame.jobId);
    else if (feed.jobs.find(frame.jobId)) listener.watching.set(frame.jobId, frame.after);
  }
}

function parseFrame(data: Buffer): ClientFrame | undefined {
  try {
    return ClientFrame.parse(JSON.parse(data.toString("utf8")));
  } catch {
    return undefined;
  }
}

/** Without `?since=` only what happens from now on. */
function startAfter(request: FastifyRequest, last: number): number {
  const since = new URL(request.url, "http://localhost").searchParams.get("since");
  const seq = since === null ? last : Number.parseInt(since, 10);
  return Number.isInteger(seq) && seq >= 0 && seq <= last ? seq : last;
}

function send({ socket }: Listener, frame: ServerFrame): void {
  if (socket.bufferedAmount > MAX_BUFFERED_BYTES) socket.terminate();
  else socket.send(JSON.stringify(frame));
}
