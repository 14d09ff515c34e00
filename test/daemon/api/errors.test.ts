/** Every refusal has the same form: code, message, hint. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";
import Database from "better-sqlite3";
import { ErrorBody } from "../../../daemon/contract/route.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { serve } from "../../support/dhcp/served.ts";
import { addNode } from "../../support/world.ts";

const json = (value: unknown) => ({ method: "POST", body: JSON.stringify(value) });
const xml = { method: "POST", body: "<a/>", headers: { "content-type": "application/xml" } };
const text = { method: "POST", body: "name=x", headers: { "content-type": "text/plain" } };
const empty = { method: "POST", headers: { "content-type": "application/json" } };

const refusals: [what: string, path: string, options: RequestInit, status: number, code: string, message: RegExp][] = [
  ["an unknown path", "/api/nonsense?a=b", {}, 404, "ROUTE_NOT_FOUND", /^there is no route GET \/api\/nonsense$/],
  ["an unknown path below a known one", "/api/nodes/n1/explode", { method: "POST" }, 404, "ROUTE_NOT_FOUND", /explode/],
  ["a method the path does not support", "/api/nodes/n1/arm", {}, 405, "METHOD_NOT_ALLOWED", /does not support GET/],
  ["OPTIONS", "/api/nodes", { method: "OPTIONS" }, 405, "METHOD_NOT_ALLOWED", /does not support OPTIONS/],
  ["a plain request for the live feed", "/ws", {}, 426, "UPGRADE_REQUIRED", /WebSocket/],
  ["a body that is too large", "/api/keys", json({ name: "x".repeat(300_000) }), 413, "BODY_TOO_LARGE", /^body: /],
  ["a body that is not JSON by its type", "/api/keys", xml, 415, "MEDIA_TYPE_UNSUPPORTED", /^content-type: /],
  ["a body of text", "/api/keys", text, 415, "MEDIA_TYPE_UNSUPPORTED", /^content-type: /],
  ["JSON that is not JSON", "/api/keys", { method: "POST", body: "{'a'" }, 400, "REQUEST_INVALID", /^body: .*not valid JSON/],
  ["a prototype in disguise", "/api/keys", { method: "POST", body: '{"__proto__":{"role":"admin"}}' }, 400, "REQUEST_INVALID", /^body: /],
  ["JSON without anything in it", "/api/keys", empty, 400, "REQUEST_INVALID", /^body: .*empty/],
  ["no body where one is needed", "/api/keys", { method: "POST" }, 400, "REQUEST_INVALID", /^body: .*expected object/],
  ["a missing field", "/api/keys", json({ name: "x" }), 400, "REQUEST_INVALID", /^role: /],
  ["a wrong field", "/api/keys", json({ name: "x", role: "god" }), 400, "REQUEST_INVALID", /^role: .*viewer/],
  ["an unknown field", "/api/keys", json({ name: "x", role: "admin", colour: 1 }), 400, "REQUEST_INVALID", /^body: .*colour/],
  ["a wrong query", "/api/jobs?limit=0", {}, 400, "REQUEST_INVALID", /^limit: /],
  ["a query that is no number", "/api/nodes/n1/events?since=x", {}, 400, "REQUEST_INVALID", /^since: /],
  ["a wrong MAC address", "/api/explain/nonsense", {}, 400, "REQUEST_INVALID", /^mac: /],
  ["a path that is not one", "/api/nodes/%zz", {}, 400, "REQUEST_INVALID", /^url: /],
  ["a path without end", `/api/nodes/${"x".repeat(500)}`, {}, 400, "REQUEST_INVALID", /^url: /],
  ["an unknown node", "/api/nodes/unknown", {}, 404, "NODE_NOT_FOUND", /unknown/],
  ["an unknown job", "/api/jobs/none", {}, 404, "JOB_NOT_FOUND", /none/],
  ["an unknown key", "/api/keys/none", { method: "DELETE" }, 404, "KEY_NOT_FOUND", /none/],
  ["the job of an unknown name", "/api/provisioning/status/none", {}, 404, "JOB_NOT_FOUND", /^Job not found for this hostname\.$/],
];

test("every refusal says its code, what is wrong, where, and what to do", async (t) => {
  const served = await serve(t);
  addNode(served.world, { phase: "accepted" }, "n1");
  for (const [what, path, options, status, code, message] of refusals) {
    const answer = await served.request(path, { ...options, key: served.key("admin") });
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
    const { error, message: repeated } = ErrorBody.parse(answer.body);
    assert.equal(error.code, code, what);
    assert.match(error.message, message, what);
    assert.equal(repeated, error.message, what);
    assert.ok(error.hint.length > 10, what);
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, what);
  }
});

test("the refusal of a wrong method lists the right ones", async (t) => {
  const served = await serve(t);
  const allowed = async (path: string) => (await served.request(path, { method: "PUT" })).headers.get("allow");
  assert.equal(await allowed("/api/nodes"), "GET, HEAD, POST");
  assert.equal(await allowed("/api/session"), "DELETE, GET, HEAD, POST");
  assert.equal(await allowed("/api/ready-for-provisioning"), "POST");
  assert.equal(await allowed("/metrics"), "GET, HEAD");
});

test("a route with defaults for its whole body needs no body", async (t) => {
  const served = await serve(t);
  addNode(served.world, { phase: "accepted" }, "n1");
  const answer = await served.request("/api/nodes/n1/arm", { method: "POST", key: served.key("operator") });
  assert.equal(answer.status, 200, answer.text);
});

test("an internal error shows the caller no internals", async (t) => {
  const served = await serve(t, {
    explain: () => {
      throw new Error("SQLITE_CORRUPT: /var/lib/muster/muster.db");
    },
  });
  const { status, text: body } = await served.request("/api/explain/52:54:00:12:34:56", { key: served.key("viewer") });
  assert.equal(status, 500);
  assert.equal(ErrorBody.parse(JSON.parse(body)).error.code, "INTERNAL");
  assert.ok(!body.includes("SQLITE"));
});

const full: [string, () => void][] = [
  [
    "the database",
    () => new Database(":memory:").exec("PRAGMA max_page_count = 2; CREATE TABLE a (b); CREATE TABLE c (d); CREATE TABLE e (f)"),
  ],
  ["a file", () => writeFileSync("/dev/full", "a word")],
  [
    "a file, as a reason of something else",
    () => {
      try {
        writeFileSync("/dev/full", "a word");
      } catch (cause) {
        throw new MusterError("LAUNCH_FAILED", "not started", { cause });
      }
    },
  ],
];
for (const [what, write] of full) {
  test(`a full disk is called by its name, not a defect: ${what}`, async (t) => {
    const served = await serve(t, {
      explain: () => {
        write();
        assert.fail("there was room");
      },
    });
    const { status, text: body } = await served.request("/api/explain/52:54:00:12:34:56", { key: served.key("viewer") });
    assert.equal(status, 507, body);
    const { error } = ErrorBody.parse(JSON.parse(body));
    assert.deepEqual([error.code, error.message], ["DISK_FULL", "the control node's disk is full"]);
    assert.match(error.hint, /df -h/);
  });
}

for (const [what, bytes, status] of [
  ["what is not HTTP", "garbage\r\n\r\n", 400],
  ["headers without end", `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`, 431],
] as const) {
  test(`${what} is answered in the same form`, async (t) => {
    const served = await serve(t);
    const socket = connect(Number(new URL(served.url).port), "127.0.0.1");
    t.after(() => socket.destroy());
    socket.write(bytes);
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString();
    });
    await once(socket, "close");
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head);
    assert.equal(ErrorBody.parse(JSON.parse(body)).error.code, "REQUEST_INVALID");
  });
}
