/** The live feed: which clients may listen, for how long, and what they receive. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { WebSocket } from "ws";
import { ServerFrame } from "../../../daemon/contract/frame.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { until } from "../../support/until.ts";
import { addNode } from "../../support/world.ts";

const pace = { pollMs: 5, heartbeatMs: 40, authorizeMs: 40 };
const SLOW = { pollMs: 5, heartbeatMs: 60_000, authorizeMs: 60_000 };

interface Ear {
  socket: WebSocket;
  frames: ServerFrame[];
  /** Resolves with code and reason when the server closes the connection. */
  closed: Promise<{ code: number; reason: string }>;
}

function listen(t: TestContext, served: Served, headers: Record<string, string>): Ear {
  const socket = served.listen(headers);
  t.after(() => socket.terminate());
  const frames: ServerFrame[] = [];
  socket.on("message", (data: Buffer) => frames.push(ServerFrame.parse(JSON.parse(data.toString()))));
  const closed = once(socket, "close").then(([code, reason]) => ({ code: Number(code), reason: String(reason) }));
  return { socket, frames, closed };
}

async function logIn(served: Served, key: string): Promise<{ cookie: string; csrf: string }> {
  const { headers, body } = await served.request("/api/session", { method: "POST", body: JSON.stringify({ key }) });
  return { cookie: headers.getSetCookie()[0]?.split(";")[0] ?? "", csrf: (body as { csrfToken: string }).csrfToken };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

for (const [who, headers] of [
  ["nobody", () => ({})],
  ["a wrong key", () => bearer("mk_00000000_wrong")],
  ["a node's key", (served: Served) => bearer(served.key("node"))],
  ["an invented session", ({ url }: Served) => ({ cookie: "muster_session=invented", origin: url })],
] as const) {
  test(`${who} may not listen and hears nothing`, async (t) => {
    const served = await serve(t, { pace });
    const ear = listen(t, served, headers(served));
    assert.equal((await ear.closed).code, 1008);
    assert.deepEqual(ear.frames, []);
  });
}

for (const [where, origin] of [
  ["another site", "https://evil.example"],
  ["the same host at another port", "http://127.0.0.1:1"],
  ["no site at all", undefined],
  ["a file", "null"],
] as const) {
  test(`a session may not listen from a page of ${where}`, async (t) => {
    const served = await serve(t, { pace });
    const { cookie } = await logIn(served, served.key("admin"));
    const ear = listen(t, served, { cookie, ...(origin !== undefined && { origin }) });
    assert.equal((await ear.closed).code, 1008);
    assert.deepEqual(ear.frames, []);
  });
}

test("a session listens from our own page, and hears events with the state after them", async (t) => {
  const served = await serve(t, { pace: SLOW });
  const { cookie } = await logIn(served, served.key("viewer"));
  const ear = listen(t, served, { cookie, origin: served.url });
  await until("hello", () => ear.frames.length === 1);
  const node = addNode(served.world, { phase: "discovered" });
  await until("the event", () => ear.frames.length === 2);
  const [hello, event] = ear.frames;
  assert(hello?.type === "hello" && event?.type === "event");
  assert.equal(hello.epoch, served.world.events.epoch());
  assert.equal(event.node?.id, node.id);
  assert.equal(event.event.type, "node.discovered");
});

test("listening ends when the session is ended, expires, or its key is revoked", async (t) => {
  const served = await serve(t, { pace });
  const ends: [string, (session: { cookie: string; csrf: string }, keyId: string) => unknown][] = [
    ["logged out", ({ cookie, csrf }) => served.request("/api/session", { method: "DELETE", headers: { cookie, "x-csrf-token": csrf } })],
    ["expired", () => served.world.db.prepare("UPDATE sessions SET expires_at = ?").run(new Date(0).toISOString())],
    ["revoked", (_, keyId) => served.request(`/api/keys/${keyId}`, { method: "DELETE", key: served.key("admin") })],
  ];
  for (const [what, end] of ends) {
    const { key, secret } = served.world.keys.create(what, "viewer", new Date());
    const session = await logIn(served, secret);
    const ear = listen(t, served, { cookie: session.cookie, origin: served.url });
    await until("some heartbeats: the session is good so far", () => ear.frames.length > 3);
    await end(session, key.id);
    const { code, reason } = await ear.closed;
    assert.equal(code, 1008, what);
    assert.match(reason, /session has ended/, what);
    const heard = ear.frames.length;
    addNode(served.world);
    await sleep(50);
    assert.equal(ear.frames.length, heard, "nothing is heard after the end");
  }
});

test("listening with a key ends when the key is revoked", async (t) => {
  const served = await serve(t, { pace });
  const { key, secret } = served.world.keys.create("cli", "viewer", new Date());
  const ear = listen(t, served, bearer(secret));
  await until("heartbeats", () => ear.frames.length > 2);
  served.world.keys.revoke(key.id, new Date());
  assert.deepEqual(await ear.closed, { code: 1008, reason: "Invalid API Key" });
});

test("hello comes again and again, with where the stream stands", async (t) => {
  const served = await serve(t, { pace });
  const ear = listen(t, served, bearer(served.key("viewer")));
  await until("three hellos", () => ear.frames.length >= 3);
  addNode(served.world);
  const last = served.world.events.lastSeq();
  await until("a hello after the event", () => ear.frames.some((frame) => frame.type === "hello" && frame.seq === last));
  const event = ear.frames.findIndex((frame) => frame.type === "event");
  assert.ok(event >= 0, "the event itself is heard too");
});

test("?since= replays what was missed, in order and once", async (t) => {
  const served = await serve(t, { pace: SLOW });
  for (let n = 0; n < 1200; n++) served.world.events.append({ source: "control", type: "test", summary: `${n}` });
  const socket = served.listen(bearer(served.key("viewer")), "?since=100");
  t.after(() => socket.terminate());
  const seen: number[] = [];
  socket.on("message", (data: Buffer) => {
    const frame = ServerFrame.parse(JSON.parse(data.toString()));
    if (frame.type === "event") seen.push(frame.seq);
  });
  await until("all of them", () => seen.length >= 1100);
  assert.deepEqual(
    seen,
    Array.from({ length: 1100 }, (_, at) => 101 + at),
  );
});

test("data that is no frame ends the connection of its sender, and no other connection", async (t) => {
  const served = await serve(t, { pace });
  const good = listen(t, served, bearer(served.key("viewer")));
  for (const nonsense of ["nonsense", '{"type":"shutdown"}', "\0", '{"type":"watch","jobId":5}']) {
    const bad = listen(t, served, bearer(served.key("viewer")));
    await once(bad.socket, "open");
    bad.socket.send(nonsense);
    assert.equal((await bad.closed).code, 1007, nonsense);
  }
  const large = listen(t, served, bearer(served.key("viewer")));
  await once(large.socket, "open");
  large.socket.send("x".repeat(100_000));
  assert.equal((await large.closed).code, 1009);
  addNode(served.world);
  await until("the event", () => good.frames.some(({ type }) => type === "event"));
});

test("more live feeds than a key may open are refused with the reason, and a closed feed makes room", async (t) => {
  const served = await serve(t, { pace, places: { perKey: 2, inAll: 10 } });
  const headers = bearer(served.key("viewer"));
  const first = listen(t, served, headers);
  const second = listen(t, served, headers);
  await until("both hear", () => first.frames.length > 0 && second.frames.length > 0);
  const third = listen(t, served, headers);
  const { code, reason } = await third.closed;
  assert.equal(code, 1013);
  assert.match(reason, /a key may open 2 live feeds/);
  assert.deepEqual(third.frames, []);
  const other = listen(t, served, bearer(served.key("viewer")));
  await until("another key hears", () => other.frames.length > 0);
  first.socket.close();
  await first.closed;
  await until("a new feed of the first key hears", async () => {
    const again = listen(t, served, headers);
    await Promise.race([once(again.socket, "message"), again.closed]);
    return again.frames.length > 0;
  });
});

test("opening live feeds counts as reading, and a feed that stays open does not count again", async (t) => {
  const served = await serve(t, { pace, limits: { sensitive: 10, normal: 10, reading: 3 } });
  const headers = bearer(served.key("viewer"));
  const ears = [listen(t, served, headers), listen(t, served, headers), listen(t, served, headers)];
  await until("many authorizations", () => ears.every(({ frames }) => frames.length > 5));
  const { code, reason } = await listen(t, served, headers).closed;
  assert.equal(code, 1013);
  assert.match(reason, /Rate limit exceeded/);
});

test("a client that watches the output of too many jobs is disconnected with the reason", async (t) => {
  const served = await serve(t, { pace: SLOW, output: async (_, after) => ({ text: "", next: after, end: false }) });
  const ear = listen(t, served, bearer(served.key("viewer")));
  await once(ear.socket, "open");
  for (let n = 0; n < 65; n++) {
    const node = addNode(served.world);
    const job = { kind: "ansible", playbook: "p.yaml", nodeId: node.id, nodeName: node.name, status: "queued", attempt: 1 } as const;
    served.world.jobs.add({ ...job, id: `job-${n}`, requestedBy: "test", createdAt: new Date().toISOString() });
    ear.socket.send(JSON.stringify({ type: "watch", jobId: `job-${n}` }));
  }
  assert.deepEqual(await ear.closed, { code: 1008, reason: "a live feed watches at most 64 jobs" });
});

test("requests are answered while many clients replay everything", async (t) => {
  const served = await serve(t, { pace: SLOW });
  for (let n = 0; n < 4000; n++) served.world.events.append({ source: "control", type: "test", summary: `${n}` });
  const headers = bearer(served.key("viewer"));
  let seen = 0;
  for (let n = 0; n < 20; n++) {
    const socket = served.listen(headers, "?since=0");
    t.after(() => socket.terminate());
    socket.on("message", () => {
      seen += 1;
    });
  }
  await until("the replay has begun", () => seen > 100);
  assert.equal((await served.request("/health")).status, 200);
  assert(seen < 20 * 4000, "the answer came only after the whole replay");
  await until("the whole replay", () => seen >= 20 * 4000);
});
