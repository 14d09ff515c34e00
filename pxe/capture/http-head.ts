/** Formats a request to the boot HTTP server for a capture, without secrets such as install keys. */
import type { HttpRequestSeen } from "../tap.ts";

const MOST_BYTES = 1024;
const MOST_TARGET = 600;
/** A capture omits all headers except these. Other headers do not affect a boot and could contain private data. */
const shown = new Set(["host", "user-agent", "accept", "range", "if-match", "connection"]);

export function httpHead({ method, path, query, headers }: HttpRequestSeen): Buffer {
  const target = masked(encodeURI(path) + (query === "" ? "" : `?${query}`)).slice(0, MOST_TARGET);
  const lines = [`${method} ${target} HTTP/1.1`];
  let length = target.length + 100;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const line = `${headers[at]}: ${headers[at + 1]}`;
    if (!shown.has((headers[at] ?? "").toLowerCase()) || length + line.length > MOST_BYTES) continue;
    lines.push(masked(line));
    length += line.length;
  }
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

/**
 * An install key gives access to an installer's answers and reports. Any long hexadecimal text could be an install
 * key, so this function masks such text.
 */
function masked(text: string): string {
  return text
    .replace(/^\/(preseed|progress)\/[^/?]*/, (all, area: string) => `/${area}/${"x".repeat(all.length - area.length - 2)}`)
    .replace(/[0-9a-f]{32,}/gi, (run) => "x".repeat(run.length));
}
