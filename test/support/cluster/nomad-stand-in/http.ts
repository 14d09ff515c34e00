/** The HTTP side of the stand-in: routes, blocking queries, pages, index headers, and plain text for errors. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Refusal } from "./refusal.ts";
import type { Row } from "./rows.ts";
import type { Table, World } from "./world.ts";

export interface Asked {
  params: string[];
  query: URLSearchParams;
  namespace: string;
  body: Record<string, unknown>;
}

export type Answer = { body: unknown; index?: number; text?: boolean };
export type Handler = (asked: Asked) => Answer;

export interface Route {
  method: string;
  path: RegExp;
  /** A change of these tables wakes a blocking query. Without tables, the answer does not wait. */
  tables?: readonly Table<Row>[];
  answer?: Handler;
  /** Writes the answer itself, and may keep the connection. */
  stream?: (asked: Asked, response: ServerResponse) => void;
}

/** Faults of the servers, for tests of clients. */
export interface Trouble {
  /** No server leads: every request is an error. */
  noLeader: boolean;
  /** The only token that may do anything. */
  token: string | undefined;
}

const READ_LIMIT = 32 * 1024 * 1024;

export function serve(world: World, routes: readonly Route[], trouble: Trouble): Server {
  return createServer((request, response) => {
    void handle(world, routes, trouble, request, response).catch((error: unknown) => {
      if (response.headersSent) return response.destroy();
      const refusal = error instanceof Refusal ? error : new Refusal(500, String(error));
      response.setHeader("x-nomad-index", world.index);
      if (refusal.body === undefined)
        response.writeHead(refusal.status, { "content-type": "text/plain; charset=utf-8" }).end(refusal.message);
      else response.writeHead(refusal.status, { "content-type": "application/json" }).end(JSON.stringify(refusal.body));
    });
  });
}

async function handle(
  world: World,
  routes: readonly Route[],
  trouble: Trouble,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://nomad");
  if (trouble.noLeader) throw new Refusal(500, "No cluster leader");
  if (trouble.token !== undefined && request.headers["x-nomad-token"] !== trouble.token) throw new Refusal(403, "Permission denied");
  const method = request.method === "PUT" ? "POST" : (request.method ?? "GET");
  const found = routes
    .map((route) => ({ route, match: route.method === method ? route.path.exec(url.pathname) : null }))
    .find(({ match }) => match);
  if (!found?.match) throw new Refusal(routes.some(({ path }) => path.test(url.pathname)) ? 405 : 404, "");
  const asked: Asked = {
    params: found.match.slice(1).map(decodeURIComponent),
    query: url.searchParams,
    namespace: url.searchParams.get("namespace") || "default",
    body: await bodyOf(request),
  };
  const { tables, answer, stream } = found.route;
  if (stream) return stream(asked, response);
  if (tables) await waitForChange(world, tables, url.searchParams, response);
  const { body, index = Math.max(1, ...(tables ?? []).map((each) => each.index)), text } = (answer as Handler)(asked);
  const { items, next } = pageOf(body, url.searchParams);
  if (next !== undefined) response.setHeader("x-nomad-nexttoken", next);
  response.setHeader("x-nomad-index", index).setHeader("x-nomad-knownleader", "true").setHeader("x-nomad-lastcontact", 0);
  if (text) response.setHeader("content-type", "text/plain").end(String(items));
  else response.setHeader("content-type", "application/json").end(items === undefined ? "" : JSON.stringify(items));
}

/** As in Nomad, the wait ends with a change of the table, which is not always a change of the answer. */
async function waitForChange(world: World, tables: readonly Table<Row>[], query: URLSearchParams, response: ServerResponse): Promise<void> {
  const index = Number(query.get("index") ?? 0);
  const now = () => Math.max(1, ...tables.map((each) => each.index));
  const seconds = Math.min(Number(/^(\d+)s$/.exec(query.get("wait") ?? "")?.[1] ?? 300), 300);
  if (index === 0 || now() > index) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      world.off("change", look);
      resolve();
    };
    const look = () => {
      // After a restore, the index may be lower than the client's. A real server also answers only when the wait ends.
      if (now() > index) end();
    };
    const timer = setTimeout(end, seconds * 1000);
    world.on("change", look);
    response.on("close", end);
  });
}

/** The token of a page is the place of its first item, which clients must not rely on. */
function pageOf(body: unknown, query: URLSearchParams): { items: unknown; next?: string } {
  const size = Number(query.get("per_page") ?? 0);
  if (!Array.isArray(body) || size === 0) return { items: body };
  const from = Number(query.get("next_token") ?? 0);
  return { items: body.slice(from, from + size), ...(body.length > from + size && { next: String(from + size) }) };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > READ_LIMIT) throw new Refusal(413, "request is too large");
    parts.push(part as Buffer);
  }
  const text = Buffer.concat(parts).toString("utf8");
  if (text === "") return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Refusal(400, String((error as Error).message));
  }
}
