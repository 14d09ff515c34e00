/** A boot HTTP server with its own files, and requests sent to it byte by byte. */
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BootRequest, WireEvent } from "../../../pxe/boot-source.ts";
import { type BootHttpServerOptions, startBootHttpServer } from "../../../pxe/http/server.ts";
import { silentLog } from "../../support/log.ts";
import { PATIENCE_MS } from "../../support/until.ts";

export async function startFixture(files: Record<string, string | Buffer>, options: Partial<BootHttpServerOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "muster-http-"));
  const root = join(folder, "assets");
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const asked: BootRequest[] = [];
  const events: WireEvent[] = [];
  const server = await startBootHttpServer({
    host: "127.0.0.1",
    port: 0,
    assetsRoot: root,
    log: silentLog,
    source: {
      dhcpPlan: () => ({ netboot: false, reason: "" }),
      record: (event) => void events.push(event),
      respond: (request) => {
        asked.push(request);
        return { status: 200, contentType: "text/plain; charset=utf-8", body: "#!ipxe\n" };
      },
    },
    ...options,
  });
  return {
    folder,
    root,
    asked,
    events,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    close: async () => {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Sends these bytes. Returns everything received until the server closes, or until it stays quiet after an answer. */
export async function rawExchange(port: number, request: string, quietMs = 2000): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes.toString("latin1");
    socket.setTimeout(quietMs);
  });
  socket.on("error", () => undefined); // a reset counts as an answer too
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  await once(socket, "connect");
  socket.write(request);
  await once(socket, "close");
  return answer;
}

export const get = (path: string, ...headers: string[]) =>
  `GET ${path} HTTP/1.1\r\nHost: muster\r\n${headers.map((one) => `${one}\r\n`).join("")}\r\n`;
