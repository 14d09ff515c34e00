/** Answers requests that reach no route: unknown paths, unsupported methods, and data that is not HTTP. */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ErrorBody } from "../contract/route.ts";
import { routes } from "../contract/routes.ts";
import { MusterError } from "../errors/errors.ts";
import { errorBody } from "./errors.ts";
import { LIVE_PATH } from "./live.ts";

const served: { method: string; path: string }[] = [
  ...Object.values(routes),
  ...["/", LIVE_PATH, "/metrics", "/api/openapi.json"].map((path) => ({ method: "GET", path })),
];

/**
 * Returns the methods that a path supports. HEAD is included if GET is supported. Returns an empty list if no
 * route has the path.
 */
export function methodsOf(path: string): string[] {
  const parts = path.split("/");
  const methods = served.filter((route) => sameShape(route.path.split("/"), parts)).map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : method)))].sort();
}

const sameShape = (pattern: string[], parts: string[]) =>
  pattern.length === parts.length && pattern.every((part, at) => part === parts[at] || (part.startsWith(":") && parts[at] !== ""));

export function nothingThere(request: FastifyRequest, reply: FastifyReply): never {
  const path = request.url.split("?")[0] ?? "/";
  const methods = methodsOf(path);
  if (methods.length === 0 || methods.includes(request.method))
    throw new MusterError("ROUTE_NOT_FOUND", `there is no route ${request.method} ${withoutToken(path)}`);
  reply.header("allow", methods.join(", "));
  throw new MusterError("METHOD_NOT_ALLOWED", `${withoutToken(path)} does not support ${request.method}`);
}

/** Replaces the token in an enrol path, because control logs refused paths and must not log tokens. */
const withoutToken = (path: string) => path.replace(/^\/+enrol\/.*/, "/enrol/[token]");

/**
 * Answers on the socket if Fastify cannot read a request. For example, the data is not HTTP, the header is too long, or
 * the client is too slow.
 */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ""] ?? 400;
  endWith(socket, status, errorBody("REQUEST_INVALID", `request: ${STATUS_CODES[status]}`));
}

/** Answers a connection that exceeds the limit of its address, before the client sends a request. */
export function refuseConnection(socket: Socket): void {
  endWith(socket, 429, errorBody("RATE_LIMITED", "this address has too many open connections; close some of them"));
}

function endWith(socket: Socket, status: number, answer: ErrorBody): void {
  const body = JSON.stringify(answer);
  // A client that the server has already given up may close first, and this error would end the process.
  socket.on("error", () => socket.destroy());
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  // The server does not wait until the client closes its half.
  socket.destroySoon();
}
