/** The streams: events as lines of JSON, and the output of tasks as frames or as plain text. */
import type { ServerResponse } from "node:http";
import type { Client } from "./client.ts";
import type { Asked, Route } from "./http.ts";
import { Refusal } from "./refusal.ts";
import type { Batch, Event, World } from "./world.ts";

/** Nomad sends a heartbeat at the beginning, and then every 10 s. */
const EVENT_HEARTBEAT_MS = 10_000;
const LOG_HEARTBEAT_MS = 1000;

export function streamRoutes(world: World, client: Client): Route[] {
  return [
    { method: "GET", path: /^\/v1\/event\/stream$/, stream: (asked, response) => events(world, asked, response) },
    { method: "GET", path: /^\/v1\/client\/fs\/logs\/([^/]+)$/, stream: (asked, response) => logs(world, client, asked, response) },
  ];
}

/** Begins with the oldest batch that is not older than the index, and does not say if some are missing. */
function events(world: World, { query, namespace }: Asked, response: ServerResponse): void {
  const topics = query.getAll("topic").map((topic) => topic.split(":", 2));
  const isWanted = ({ Topic, Key, FilterKeys, Namespace }: Event) =>
    (namespace === "*" || Namespace === "" || Namespace === namespace) &&
    (topics.length === 0 ||
      topics.some(
        ([topic, key = "*"]) => (topic === "*" || topic === Topic) && (key === "*" || key === Key || (FilterKeys ?? []).includes(key)),
      ));
  let sent = Number(query.get("index") ?? 0) - 1;
  const send = () => {
    for (const { Index, Events } of world.batches.filter((batch: Batch) => batch.Index > sent)) {
      sent = Index;
      const wanted = Events.filter(isWanted);
      if (wanted.length > 0) response.write(`${JSON.stringify({ Index, Events: wanted })}\n`);
    }
    // After a restore, the batches begin again with lower indexes.
    if (world.index < sent) sent = world.index;
  };
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache" }).write("{}\n");
  keepOpen(world, response, send, () => response.write("{}\n"), EVENT_HEARTBEAT_MS);
}

function logs(world: World, client: Client, { params: [id = ""], query }: Asked, response: ServerResponse): void {
  const allocation = world.allocations.rows.get(id);
  const task = query.get("task") ?? "";
  if (!allocation) throw new Refusal(404, `Unknown allocation "${id}"`);
  const node = world.nodes.rows.get(allocation.NodeID);
  if (!node || node.Status === "down") throw new Refusal(404, "No path to node");
  if (!(task in allocation.AllocatedResources.Tasks)) throw new Refusal(400, `unknown task name "${task}"`);
  const state = allocation.TaskStates?.[task];
  if (!state?.Events.some(({ Type }) => Type === "Started")) throw new Refusal(404, `task "${task}" not started yet. No logs available`);
  const stream = query.get("type") ?? "stdout";
  const written = () => client.output.get(JSON.stringify([id, task, stream])) ?? Buffer.alloc(0);
  const offset = Number(query.get("offset") ?? 0);
  let at = query.get("origin") === "end" ? Math.max(0, written().length - offset) : offset;
  const plain = query.get("plain") === "true";
  response.writeHead(200, { "content-type": plain ? "text/plain" : "application/json" });
  const send = () => {
    const more = written().subarray(at);
    if (more.length === 0) return;
    at += more.length;
    const frame = { Data: more.toString("base64"), File: `alloc/logs/${task}.${stream}.0`, Offset: at };
    response.write(plain ? more : JSON.stringify(frame));
  };
  if (query.get("follow") !== "true") {
    send();
    response.end();
    return;
  }
  response.flushHeaders();
  // The frames follow each other without line breaks.
  keepOpen(world, response, send, () => response.write("{}"), LOG_HEARTBEAT_MS);
}

function keepOpen(world: World, response: ServerResponse, send: () => void, beat: () => void, everyMs: number): void {
  send();
  world.on("change", send);
  const heartbeat = setInterval(beat, everyMs);
  response.on("close", () => {
    world.off("change", send);
    clearInterval(heartbeat);
  });
}
