/** Serves files below one folder: exact lengths, one Range, validators; no listings, no links out, no redirects. */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { parseRange } from "./range.ts";

const types = new Map([
  [".efi", "application/efi"],
  [".ipxe", "text/plain; charset=utf-8"],
  [".cfg", "text/plain; charset=utf-8"],
  [".json", "application/json"],
]);

/** Bigger pieces than node's own: the copy to the socket is what costs. */
const PIECE_BYTES = 256 * 1024;

export interface Served {
  status: number;
  bytes: number;
}

/** `path` is below the folder, decoded, without a leading slash. Resolves when everything is sent. */
export async function serveAsset(root: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<Served> {
  const file = await locate(root, path);
  if (!file) return finish(response, 404, "no such file\n");
  const { size, mtime } = file.stats;
  const etag = `"${size.toString(16)}-${mtime.getTime().toString(16)}"`;
  response.setHeader("ETag", etag);
  response.setHeader("Last-Modified", mtime.toUTCString());
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Content-Type", types.get(extname(file.path)) ?? "application/octet-stream");

  const { headers } = request;
  if (headers["if-match"] !== undefined && !lists(headers["if-match"], etag)) return finish(response, 412, "changed meanwhile\n");
  const since = Date.parse(headers["if-unmodified-since"] ?? "");
  if (Number.isFinite(since) && Math.floor(mtime.getTime() / 1000) > Math.floor(since / 1000))
    return finish(response, 412, "changed meanwhile\n");
  if (headers["if-none-match"] !== undefined && lists(headers["if-none-match"], etag)) {
    response.writeHead(304).end();
    return { status: 304, bytes: 0 };
  }
  const fresh = headers["if-range"] === undefined || headers["if-range"] === etag;
  const range = parseRange(fresh ? headers.range : undefined, size);
  if (range.kind === "unsatisfiable") {
    response.setHeader("Content-Range", `bytes */${size}`);
    return finish(response, 416, "");
  }
  const [first, last] = range.kind === "part" ? [range.first, range.last] : [0, size - 1];
  if (range.kind === "part") response.setHeader("Content-Range", `bytes ${first}-${last}/${size}`);
  const length = last - first + 1;
  const status = range.kind === "part" ? 206 : 200;
  response.writeHead(status, { "Content-Length": length });
  if (request.method === "HEAD" || length === 0) {
    response.end();
    return { status, bytes: 0 };
  }
  await pipeline(createReadStream(file.path, { start: first, end: last, highWaterMark: PIECE_BYTES }), response);
  return { status, bytes: length };
}

async function locate(root: string, path: string) {
  // A name that starts with a dot is somebody's private or half-written file.
  if (path.split("/").some((part) => part === "" || part.startsWith("."))) return undefined;
  try {
    const base = await realpath(root);
    const real = await realpath(join(base, path));
    if (!real.startsWith(base + sep)) return undefined;
    const stats = await stat(real);
    return stats.isFile() ? { path: real, stats } : undefined;
  } catch {
    return undefined;
  }
}

function finish(response: ServerResponse, status: number, body: string): Served {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
  return { status, bytes: 0 };
}

const lists = (header: string, etag: string) =>
  header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
