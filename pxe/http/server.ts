/**
 * The boot HTTP server sends the files under `/assets/`, and passes other requests to the boot source. The server
 * supports only GET and HEAD.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { BootSource, Log } from "../boot-source.ts";
import type { Tap } from "../tap.ts";
import { Assets } from "./assets.ts";
import { Pieces } from "./pieces.ts";

export interface BootHttpServerOptions {
  host: string;
  port: number;
  assetsRoot: string;
  source: BootSource;
  tap?: Tap;
  log: Log;
  /** The server disconnects a client that accepts no data for this number of milliseconds. */
  stallMs?: number;
}

export interface BootHttpServer {
  port: number;
  close(): Promise<void>;
}

/** The time limits are short, because firmware sends its few hundred bytes of headers at once. */
const HEADERS = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5000, maxHeaderSize: 16 * 1024 };
/** The time limit is long, because a machine that unpacks the file during the download may read slowly. */
const STALL_MS = 60_000;

export async function startBootHttpServer(options: BootHttpServerOptions): Promise<BootHttpServer> {
  const { host, port, source, tap, log, stallMs = STALL_MS } = options;
  const assets = new Assets(options.assetsRoot, new Pieces());
  const server = createServer({ ...HEADERS, keepAliveTimeout: 30_000, noDelay: true }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A machine may restart during a download, so an aborted answer is not an error. The path may contain an
      // install key, so only its first part is logged.
      log.info({ err: error, area: request.url?.split("/")[1]?.slice(0, 20) }, "boot http answer aborted");
      response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") return text(response, 405, "only GET and HEAD\n", { Allow: "GET, HEAD" });
    const target = parseTarget(originForm(request.url ?? "/"));
    if (!target) return text(response, 400, "this is not a path\n");
    const remoteAddress = plainAddress(request.socket.remoteAddress);
    tap?.httpRequest({
      method,
      path: target.path,
      query: target.query.toString(),
      headers: request.rawHeaders,
      port: request.socket.localPort ?? 0,
      remote: { address: remoteAddress, port: request.socket.remotePort ?? 0 },
    });
    if (target.path.startsWith("/assets/") && !/\/(autoexec\.ipxe|grub\.cfg)$/.test(target.path)) {
      const name = target.path.slice("/assets/".length);
      const { status, bytes } = await assets.serve(name, request, response);
      log.info({ from: remoteAddress, method, path: target.path, status, bytes }, "boot http");
      if (method === "GET")
        source.record({
          address: remoteAddress,
          type: status < 400 ? "http.asset" : "http.refused",
          detail: { file: printable(name) },
          summary: `HTTP ${printable(name)}: ${status < 400 ? `${bytes} bytes` : status}`,
        });
      return;
    }
    if (await hasGone(request.socket)) {
      log.info({ from: remoteAddress, area: target.path.split("/")[1] }, "boot http request dropped: its client has gone");
      return;
    }
    const said = source.respond({
      method,
      path: target.path,
      query: target.query,
      remoteAddress,
      userAgent: request.headers["user-agent"] ?? "",
    });
    // The path may contain an install key, so only its first part is logged.
    log.info({ from: remoteAddress, method, area: target.path.split("/")[1], status: said.status }, "boot http");
    return text(response, said.status, said.body, { "Content-Type": said.contentType, "Cache-Control": "no-store" }, method === "HEAD");
  }

  server.timeout = stallMs; // this limit applies while no byte is sent or received
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function text(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}, headOnly = false): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": Buffer.byteLength(body), ...headers });
  response.end(headOnly ? undefined : body);
}

/**
 * If a request times out, the machine sends it again. An answer to the abandoned request would then count as a second
 * boot of the machine. After two turns of the event loop, Node.js has noticed that the client closed the connection.
 */
async function hasGone(socket: Socket): Promise<boolean> {
  await nextTurn();
  await nextTurn();
  return socket.readableEnded || socket.destroyed;
}

/** A request line may contain a whole URL, for example from a client with a proxy setting (RFC 9112 §3.2.2). */
function originForm(url: string): string {
  const rest = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1];
  return rest === undefined || rest.startsWith("/") ? (rest ?? url) : `/${rest}`;
}

/** Decodes the URL only once. Replaces double slashes here, because firmware cannot follow a redirect. */
function parseTarget(url: string): { path: string; query: URLSearchParams } | undefined {
  const [path = "/", query = ""] = url.split("?", 2);
  try {
    const decoded = decodeURIComponent(path)
      .replaceAll("\\", "/")
      .replace(/\/{2,}/g, "/");
    if (!decoded.startsWith("/") || decoded.includes("\0") || decoded.split("/").includes("..")) return undefined;
    return { path: decoded, query: new URLSearchParams(query) };
  } catch {
    return undefined;
  }
}

const plainAddress = (address: string | undefined) => (address ?? "").replace(/^::ffff:/, "");
const printable = (name: string) => name.replace(/[^\x20-\x7e]/g, "?").slice(0, 128);
