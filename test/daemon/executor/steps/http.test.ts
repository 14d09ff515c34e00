/** HTTP steps against a real server, and the addresses they may not reach. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { type TestContext, test } from "node:test";
import { mayReach } from "../../../../daemon/executor/steps/addresses.ts";
import { type HttpWork, runHttp } from "../../../../daemon/executor/steps/http.ts";

const never = new AbortController().signal;
const CAP = 1000;

async function served(t: TestContext, answer: RequestListener): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

const get = (url: string, more: Partial<HttpWork> = {}, signal = never) =>
  runHttp({ method: "GET", url, headers: {}, allowLoopback: true, ...more }, CAP, signal);

for (const address of [
  "127.0.0.1",
  "127.8.8.8",
  "0.0.0.0",
  "169.254.169.254",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "::ffff:127.0.0.1",
  "::ffff:169.254.169.254",
  "64:ff9b::a9fe:a9fe",
  "fd00:ec2::254",
  "100.100.100.200",
  "::ffff:100.100.100.200",
  "168.63.129.16",
  "64:ff9b::a83f:8110",
  "::127.0.0.1",
  "::10.0.0.5",
  "0:0:0:0:0:0:7f00:1",
  "::ffff:0:169.254.169.254",
  "::ffff:0:7f00:1",
  "fec0::1",
  "feff::1",
  "fe80::1%lo",
  "fd20:ce::254",
  "not an address",
]) {
  test(`${address} is out of reach`, () => {
    assert.equal(mayReach(address, false), false);
  });
}

test("machines of the LAN are within reach, and loopback where a form says so", () => {
  assert.deepEqual(
    ["10.0.0.5", "192.168.1.9", "172.16.0.3", "fd12::1", "203.0.113.9"].map((address) => mayReach(address, false)),
    [true, true, true, true, true],
  );
  assert.equal(mayReach("127.0.0.1", true), true);
  assert.equal(mayReach("169.254.169.254", true), false);
});

test("every address of this machine counts as loopback, in any notation", () => {
  const own = ["10.0.0.2", "fd12::2"];
  for (const address of ["10.0.0.2", "::ffff:10.0.0.2", "::ffff:a00:2", "fd12::2", "fd12:0:0::0:2"]) {
    assert.equal(mayReach(address, false, own), false, address);
    assert.equal(mayReach(address, true, own), true, address);
  }
  assert.equal(mayReach("10.0.0.3", false, own), true);
  for (const { address } of Object.values(networkInterfaces()).flatMap((entries) => entries ?? []))
    assert.equal(mayReach(address, false), false, address);
});

for (const host of ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "017700000001"]) {
  test(`nothing is sent to http://${host}`, async (t) => {
    const { port, seen } = await served(t, (_, response) => response.end("reached"));
    const ended = await get(`http://${host}:${port}/`, { allowLoopback: false });
    assert.equal(ended.status, "failed");
    assert.match(ended.error ?? "", /not an address that a step may reach|no step may reach/);
    assert.deepEqual(seen, []);
  });
}

test("a good answer is a success with what it said", async (t) => {
  const { port } = await served(t, (_, response) => response.end("well"));
  const ended = await get(`http://127.0.0.1:${port}/health`);
  assert.equal(ended.status, "succeeded");
  assert.equal(ended.said.head.toString(), "HTTP 200 OK\nwell");
});

test("a redirect is an answer and is not followed", async (t) => {
  const { port, seen } = await served(t, (_, response) => response.writeHead(302, { location: "http://169.254.169.254/" }).end());
  const ended = await get(`http://127.0.0.1:${port}/`);
  assert.equal(ended.status, "failed");
  assert.match(ended.error ?? "", /answered 302, and points to http:\/\/169\.254\.169\.254\/, which is not followed/);
  assert.deepEqual(seen, ["GET /"]);
});

test("an answer without end is cut", async (t) => {
  const { port } = await served(t, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
    };
    response.on("drain", more);
    more();
  });
  const ended = await get(`http://127.0.0.1:${port}/`);
  assert.equal(ended.status, "succeeded");
  assert.ok(ended.said.head.length + (ended.said.tail?.length ?? 0) <= CAP);
});

test("one that never answers is ended when its time is up", async (t) => {
  const { port } = await served(t, () => undefined);
  const stop = new AbortController();
  const asking = get(`http://127.0.0.1:${port}/`, {}, stop.signal);
  setTimeout(() => stop.abort("timed-out"), 100);
  assert.equal((await asking).status, "timed-out");
});

test("whether a request that changes something was obeyed is unknown when its answer is lost", async (t) => {
  const { port } = await served(t, (request) => request.socket.destroy());
  const url = `http://127.0.0.1:${port}/`;
  assert.equal((await get(url, { method: "POST", body: "{}" })).status, "unknown");
  assert.equal((await get(url)).status, "failed");
});

test("other ways to speak and passwords in a URL are refused", async () => {
  assert.match((await get("file:///etc/passwd")).error ?? "", /must use http or https/);
  assert.match((await get("http://user:secret@10.0.0.1/")).error ?? "", /must not have a password in the URL/);
});
