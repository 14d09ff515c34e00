/**
 * Serves the files below one folder. Supports exact lengths, single ranges and cache validators. The server sends no
 * folder listings and no redirects, and follows no links out of the folder.
 */
import { once } from "node:events";
import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname } from "node:path";
import { openContained } from "../contained-file.ts";
import { PIECE_BYTES, type Pieces } from "./pieces.ts";
import { parseRange } from "./range.ts";

/** UEFI recognises the type of an image from the content type, or else from the end of the URL. */
const types = new Map([
  [".efi", "application/efi"],
  [".iso", "application/vnd.efi-iso"],
  [".img", "application/octet-stream"],
  [".ipxe", "text/plain; charset=utf-8"],
  [".cfg", "text/plain; charset=utf-8"],
  [".json", "application/json"],
]);

export interface Served {
  status: number;
  bytes: number;
}

interface Asset {
  handle: FileHandle;
  stats: Stats;
}

export class Assets {
  readonly #root: string;
  readonly #pieces: Pieces;

  constructor(root: string, pieces: Pieces) {
    this.#root = root;
    this.#pieces = pieces;
  }

  /**
   * The parameter `path` is the decoded path below the folder, without a leading slash. Resolves after the whole
   * answer has been sent.
   */
  async serve(path: string, request: IncomingMessage, response: ServerResponse): Promise<Served> {
    const opened = await openContained(this.#root, path);
    if (opened.kind !== "file") return finish(response, 404, "no such file\n");
    try {
      return await this.#answer(opened, path, request, response);
    } finally {
      await opened.handle.close();
    }
  }

  async #answer(asset: Asset, path: string, request: IncomingMessage, response: ServerResponse): Promise<Served> {
    const { size, mtime, mtimeMs, ino } = asset.stats;
    const etag = `"${size.toString(16)}-${Math.round(mtimeMs * 1000).toString(16)}-${ino.toString(16)}"`;
    response.setHeader("ETag", etag);
    response.setHeader("Last-Modified", mtime.toUTCString());
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("Content-Type", types.get(extname(path).toLowerCase()) ?? "application/octet-stream");

    const condition = precondition(request, etag, mtimeMs);
    if (condition === 412) return finish(response, 412, "changed meanwhile\n");
    if (condition === 304) {
      response.writeHead(304).end();
      return { status: 304, bytes: 0 };
    }
    const range = parseRange(mayResume(request.headers["if-range"], etag, mtime) ? request.headers.range : undefined, size);
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
    await this.#send(asset, first, last, response);
    return { status, bytes: length };
  }

  /** Sends the file to the client in pieces. The next piece is sent after the kernel has accepted the current piece. */
  async #send(asset: Asset, first: number, last: number, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    for (let at = first; at <= last; ) {
      const n = Math.floor(at / PIECE_BYTES);
      const piece = await this.#pieces.piece(asset, n);
      const start = n * PIECE_BYTES;
      const end = Math.min(last + 1, start + piece.length);
      if (response.destroyed) throw new Error("the client went away");
      if (!response.write(piece.subarray(at - start, end - start))) await once(response, "drain", { signal: gone.signal });
      at = end;
    }
    response.end();
  }
}

/** Checks the preconditions of a request in the order that RFC 9110 §13.2.2 requires. */
function precondition({ headers }: IncomingMessage, etag: string, mtimeMs: number): 304 | 412 | undefined {
  const seconds = Math.floor(mtimeMs / 1000);
  const after = (header: string | undefined) => {
    const at = Date.parse(header ?? "");
    return Number.isFinite(at) ? seconds > Math.floor(at / 1000) : undefined;
  };
  if (headers["if-match"] !== undefined) {
    if (!lists(headers["if-match"], etag)) return 412;
  } else if (after(headers["if-unmodified-since"])) return 412;
  if (headers["if-none-match"] !== undefined) return lists(headers["if-none-match"], etag) ? 304 : undefined;
  return after(headers["if-modified-since"]) === false ? 304 : undefined;
}

/**
 * True if the part that the client already has belongs to the current version of the file. If the result is false,
 * the client gets the whole file.
 */
function mayResume(header: string | string[] | undefined, etag: string, mtime: Date): boolean {
  return header === undefined || header === etag || header === mtime.toUTCString();
}

function finish(response: ServerResponse, status: number, body: string): Served {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8", "Content-Length": Buffer.byteLength(body) });
  response.end(response.req.method === "HEAD" ? undefined : body);
  return { status, bytes: 0 };
}

const lists = (header: string, etag: string) =>
  header.trim() === "*" || header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
