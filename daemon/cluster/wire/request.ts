/** Sends one request to Consul or Nomad. Every request can be cancelled, and its time and the size of its answer are limited. */
import { fetch, type Response } from "undici";
import { Unreachable, Unreadable } from "../../errors/cluster-failures.ts";
import type { ClusterConnection } from "./connection.ts";
import { clusterFailureOf } from "./refusal.ts";
import { type TimeLimit, timeLimit } from "./time-limit.ts";
import { whyUnreached } from "./unreached.ts";

export interface ClusterCall {
  signal: AbortSignal;
  timeoutMs?: number | undefined;
  /** The longest answer in bytes. */
  mostBytes?: number | undefined;
}

export interface Request extends ClusterCall {
  method?: "GET" | "PUT" | "POST" | "DELETE";
  /** Encoded by `path`. */
  path: string;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  body?: unknown;
  /** Error answers that the caller reads. Other error answers are thrown. */
  accept?: readonly number[];
}

export interface HttpAnswer {
  status: number;
  headers: Response["headers"];
  text: string;
}

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 16 * 1024 * 1024;
/** An explanation of an error is short. A longer one is cut off. */
const MOST_REFUSAL_BYTES = 64 * 1024;

/** Encodes each part, so that a name with a slash stays one part: path`/v1/job/${id}`. */
export const path = (texts: TemplateStringsArray, ...parts: string[]): string =>
  texts.map((text, index) => text + (index < parts.length ? partOf(parts[index] ?? "") : "")).join("");

/** A part of `.` or `..` would be removed from the address by `fetch`. No object of Consul or Nomad has such a name. */
function partOf(part: string): string {
  if (part === "" || part === "." || part === "..") throw new TypeError(`"${part}" is not a name`);
  return encodeURIComponent(part);
}

export async function sendRequest(connection: ClusterConnection, request: Request): Promise<HttpAnswer> {
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  const limit = timeLimit(timeoutMs, request.signal);
  try {
    const response = await open(connection, request, limit, timeoutMs);
    const text = await readAll(connection, response, request.mostBytes ?? MOST_BYTES);
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    throw reasonFor(connection, error, request.signal, timeoutMs);
  } finally {
    limit.end();
  }
}

/** The time limit of a stream applies to the wait for each part, because a stream has no end. */
export async function* stream(connection: ClusterConnection, request: Request): AsyncGenerator<Uint8Array> {
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  const limit = timeLimit(timeoutMs, request.signal);
  try {
    const response = await open(connection, request, limit, timeoutMs);
    if (!response.body) return;
    for await (const part of response.body) {
      // The time in which the reader works on a part is not the service's.
      limit.end();
      yield part;
      limit.restart();
    }
  } catch (error) {
    throw reasonFor(connection, error, request.signal, timeoutMs);
  } finally {
    limit.end();
  }
}

async function open(connection: ClusterConnection, request: Request, limit: TimeLimit, timeoutMs: number): Promise<Response> {
  const { method = "GET", body, accept = [] } = request;
  const token = connection.token();
  const response = await fetch(`${connection.url}${request.path}${queryText(request.query)}`, {
    method,
    dispatcher: connection.dispatcher,
    redirect: "manual",
    signal: limit.signal,
    headers: {
      ...(token !== undefined && { [`x-${connection.service.toLowerCase()}-token`]: token }),
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw reasonFor(connection, error, request.signal, timeoutMs);
  });
  if (response.ok || accept.includes(response.status)) return response;
  const text = await readAll(connection, response, MOST_REFUSAL_BYTES, "cut");
  throw clusterFailureOf(connection, response.status, text);
}

export function queryText(query: Request["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) search.append(name, String(each));
  return search.size === 0 ? "" : `?${search}`;
}

async function readAll({ service }: ClusterConnection, response: Response, mostBytes: number, excess?: "cut"): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    parts.push(part);
    if (size <= mostBytes) continue;
    if (excess === "cut") break;
    throw new Unreadable(service, `its answer is longer than ${mostBytes} bytes`);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Returns the reason of the caller if the caller cancelled the request. */
function reasonFor({ service }: ClusterConnection, error: unknown, caller: AbortSignal, timeoutMs: number): unknown {
  if (caller.aborted) return caller.reason;
  if (error instanceof Error && "code" in error && String(error.code).startsWith("CLUSTER_")) return error;
  // The error is not attached, because its message may contain a header with the token.
  return new Unreachable(service, whyUnreached(error, timeoutMs));
}
