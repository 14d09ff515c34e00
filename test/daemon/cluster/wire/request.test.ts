/** Requests: their limits of time and size, their cancellation, the token, and the encoding of names. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { openNomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { path, sendRequest, stream } from "../../../../daemon/cluster/wire/request.ts";
import { Unreachable, Unreadable } from "../../../../daemon/errors/cluster-failures.ts";

async function lab(t: TestContext, answer: RequestListener, token?: string | (() => string)) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const nomad = openNomad({ url, token });
  t.after(async () => {
    await nomad.close();
    server.closeAllConnections();
    server.close();
  });
  return { nomad, server };
}

const { signal } = new AbortController();

test("a service that does not answer is unreachable after the time limit", async (t) => {
  const { nomad } = await lab(t, () => {});
  await assert.rejects(
    sendRequest(nomad, { signal, path: "/v1/jobs", timeoutMs: 50 }),
    new Unreachable("Nomad", "no answer within 0.05 s"),
  );
});

test("an answer that stops half-way is unreachable after the time limit, and a broken one at once", async (t) => {
  const { nomad } = await lab(t, ({ url }, response) => {
    response.writeHead(200, { "content-length": 10 }).write("half");
    if (url === "/broken") setImmediate(() => response.destroy());
  });
  await assert.rejects(sendRequest(nomad, { signal, path: "/v1/jobs", timeoutMs: 50 }), Unreachable);
  await assert.rejects(sendRequest(nomad, { signal, path: "/broken" }), Unreachable);
});

test("the caller's cancellation is not a failure of the service", async (t) => {
  const caller = new AbortController();
  const { nomad } = await lab(t, () => caller.abort(new Error("stopped by the caller")));
  await assert.rejects(sendRequest(nomad, { signal: caller.signal, path: "/v1/jobs" }), { message: "stopped by the caller" });
});

test("an answer without an end is cut off at the limit of its size", async (t) => {
  const { nomad } = await lab(t, (_, response) => {
    response.on("error", () => {});
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      response.once("drain", more);
    };
    more();
  });
  await assert.rejects(
    sendRequest(nomad, { signal, path: "/v1/jobs", mostBytes: 1_000_000 }),
    new Unreadable("Nomad", "its answer is longer than 1000000 bytes"),
  );
});

test("a long error text does not hide the refusal", async (t) => {
  const { nomad } = await lab(t, (_, response) => response.writeHead(500).end("x".repeat(1_000_000)));
  await assert.rejects(sendRequest(nomad, { signal, path: "/v1/jobs" }), { code: "CLUSTER_REFUSED" });
});

test("each request sends the present token, and no redirect is followed", async (t) => {
  const tokens: unknown[] = [];
  let token = "first";
  const answer: RequestListener = ({ headers }, response) => {
    tokens.push(headers["x-nomad-token"]);
    response.writeHead(302, { location: "/elsewhere" }).end();
  };
  const { nomad } = await lab(t, answer, () => token);
  await assert.rejects(sendRequest(nomad, { signal, path: "/v1/jobs" }), { code: "CLUSTER_REFUSED", message: "Nomad: it answered 302" });
  token = "second";
  await assert.rejects(sendRequest(nomad, { signal, path: "/v1/jobs" }), { code: "CLUSTER_REFUSED" });
  assert.deepEqual(tokens, ["first", "second"]);
});

test("a stream may last longer than its time limit as long as parts arrive, and ends when they stop", async (t) => {
  const { nomad } = await lab(t, (_, response) => {
    let left = 25;
    const timer = setInterval(() => (left-- > 0 ? response.write("{}\n") : clearInterval(timer)), 40);
    response.on("close", () => clearInterval(timer));
  });
  let parts = 0;
  const started = performance.now();
  const read = async () => {
    for await (const _ of stream(nomad, { signal, path: "/v1/event/stream", timeoutMs: 800 })) parts += 1;
  };
  await assert.rejects(read(), Unreachable);
  assert.equal(parts, 25);
  assert.ok(performance.now() - started > 1600);
});

test("the reader of a stream who stops closes the connection", async (t) => {
  let closed: Promise<unknown> | undefined;
  const { nomad } = await lab(t, (_, response) => {
    closed = once(response, "close");
    response.write("{}\n");
  });
  for await (const _ of stream(nomad, { signal, path: "/v1/event/stream" })) break;
  await closed;
});

test("a name with a slash, a dot or a question mark stays one part of the path", () => {
  assert.equal(path`/v1/job/${"a/b?c"}/plan`, "/v1/job/a%2Fb%3Fc/plan");
  for (const name of ["", ".", ".."]) assert.throws(() => path`/v1/job/${name}`, TypeError);
});
