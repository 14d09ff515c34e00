/** Clients that send their request slowly or never, and clients that open many connections. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { CONNECTION_LIMITS } from "../../../daemon/api/connections.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { until } from "../../support/until.ts";

const QUICK = { ...CONNECTION_LIMITS, requestMs: 300, checkMs: 20 };

interface Client {
  socket: Socket;
  heard(): string;
  closed: Promise<unknown>;
}

function open(t: TestContext, { url }: Served): Client {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  t.after(() => socket.destroy());
  let text = "";
  socket.on("data", (data) => {
    text += data.toString();
  });
  socket.on("error", () => undefined);
  // `once` would reject at a reset.
  return { socket, heard: () => text, closed: new Promise((resolve) => socket.once("close", resolve)) };
}

const HEAD = "POST /api/ready-for-provisioning HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

for (const [what, first, again] of [
  ["a body that never comes", `${HEAD}Content-Length: 100000\r\n\r\n{`, ""],
  ["a body that comes one blank at a time", `${HEAD}Content-Length: 100000\r\n\r\n{`, " "],
  ["chunks without an end", `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, "1\r\n \r\n"],
  ["half a header", "GET /health HTTP/1.1\r\nHost:", ""],
  ["header after header", "GET /health HTTP/1.1\r\nHost: x\r\n", "X: y\r\n"],
  ["no byte at all", "", ""],
] as const) {
  test(`the server ends a request with ${what}`, async (t) => {
    const client = open(t, await serve(t, { connections: QUICK }));
    await once(client.socket, "connect");
    client.socket.write(first);
    const drip = again && setInterval(() => client.socket.writable && client.socket.write(again), 10);
    t.after(() => clearInterval(drip || undefined));
    await client.closed;
    // The kernel discards an answer that the client has not read if the client sends more to a closed connection.
    if (!again || client.heard() !== "") assert.match(client.heard(), /^HTTP\/1\.1 408 .*"code":"REQUEST_INVALID"/s);
  });
}

test("the longest call-home has half a minute, and a feed that is open has no such limit", async (t) => {
  assert(CONNECTION_LIMITS.requestMs + CONNECTION_LIMITS.checkMs <= 30_000);
  const served = await serve(t, { connections: QUICK, pace: { pollMs: 5, heartbeatMs: 100, authorizeMs: 60_000 } });
  const socket = served.listen({ authorization: `Bearer ${served.key("viewer")}` });
  t.after(() => socket.terminate());
  let hellos = 0;
  socket.on("message", () => {
    hellos += 1;
  });
  await until("hellos for longer than a request may take", () => hellos > 8);
});

test("a client that is quiet for the idle time after its answer is disconnected", async (t) => {
  const served = await serve(t, { connections: { ...CONNECTION_LIMITS, idleMs: 100 } });
  const client = open(t, served);
  client.socket.write("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
  await client.closed;
  assert.match(client.heard(), /^HTTP\/1\.1 200/);
});

test("one address has a limited number of connections, more are refused with the reason, and a closed one makes room", async (t) => {
  const served = await serve(t, { connections: { ...CONNECTION_LIMITS, perAddress: 3 } });
  const held = [open(t, served), open(t, served), open(t, served)];
  for (const { socket } of held) await once(socket, "connect");
  const over = open(t, served);
  await over.closed;
  assert.match(over.heard(), /^HTTP\/1\.1 429 .*too many open connections/s);
  held[0]?.socket.destroy();
  await until("room for another connection", async () => {
    const next = open(t, served);
    next.socket.write("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    await next.closed;
    return next.heard().startsWith("HTTP/1.1 200");
  });
});
