/** The daemon's own log over HTTP and over the live feed: access, filters, and no lost or repeated lines. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { AuditLog } from "../../../../daemon/audit/log.ts";
import type { DaemonLog, LogLine } from "../../../../daemon/contract/admin/daemon-log.ts";
import { ServerFrame } from "../../../../daemon/contract/frame.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { writtenLog } from "../../../support/log-book.ts";
import { until } from "../../../support/until.ts";

const pace = { pollMs: 5, heartbeatMs: 60_000, authorizeMs: 60_000 };

async function logging(t: TestContext) {
  const log = writtenLog();
  const served = await serve(t, { pace, logBook: log.book });
  const key = served.key("operator");
  const ask = async (query = "") => (await served.request(`/api/log${query}`, { key })).body as DaemonLog;
  return { log, served, ask };
}

const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);

test("the newest lines, by level and by process or part, and from a number on", async (t) => {
  const { log, ask } = await logging(t);
  const netboot = log.of("netboot");
  netboot.info("one");
  netboot.child({ part: "dhcp" }).warn("two");
  log.of("control").child({ part: "jobs" }).error("three");
  log.of("control").debug("four");
  assert.deepEqual(texts((await ask()).lines), ["one", "two", "three", "four"]);
  assert.deepEqual(texts((await ask("?limit=2")).lines), ["three", "four"]);
  assert.deepEqual(texts((await ask("?level=warn")).lines), ["two", "three"]);
  assert.deepEqual(texts((await ask("?part=netboot")).lines), ["one", "two"]);
  assert.deepEqual(texts((await ask("?part=jobs")).lines), ["three"]);
  const { lines, next } = await ask("?since=1&limit=1&level=warn");
  assert.deepEqual(texts(lines), ["two"]);
  assert.deepEqual(texts((await ask(`?since=${next}&level=warn`)).lines), ["three"]);
  assert.equal((await ask("?since=4")).next, 4);
});

test("an unknown level is refused by name", async (t) => {
  const { served } = await logging(t);
  const { status, text } = await served.request("/api/log?level=loud", { key: served.key("admin") });
  assert.equal(status, 400);
  assert.match(text, /level/);
});

interface Ear {
  lines: LogLine[];
  frames: ServerFrame[];
  say(frame: object): void;
  closed: Promise<unknown[]>;
}

async function listen(t: TestContext, served: Served, key: string): Promise<Ear> {
  const socket = served.listen({ authorization: `Bearer ${key}` });
  t.after(() => socket.terminate());
  const ear: Ear = { lines: [], frames: [], say: (frame) => socket.send(JSON.stringify(frame)), closed: once(socket, "close") };
  socket.on("message", (data: Buffer) => {
    const frame = ServerFrame.parse(JSON.parse(data.toString()));
    ear.frames.push(frame);
    if (frame.type === "daemon_log") ear.lines.push(...frame.lines);
  });
  await once(socket, "open");
  return ear;
}

test("a client that watches gets every line once and in order, also after it reconnects with the last number", async (t) => {
  const { log, served } = await logging(t);
  const control = log.of("control");
  const write = (from: number, to: number) => {
    for (let number = from; number < to; number++) control.info(`line ${number}`);
  };
  write(0, 1300);
  const first = await listen(t, served, served.key("operator"));
  first.say({ type: "watch_daemon_log" });
  await until("what is watched for", () => first.lines.length === 1300);
  write(1300, 1310);
  await until("what is watched for", () => first.lines.length === 1310);
  first.say({ type: "unwatch_daemon_log" });
  const known = first.lines.at(-1)?.seq;
  const epoch = log.book.epoch();
  const second = await listen(t, served, served.key("admin"));
  write(1310, 1320);
  second.say({ type: "watch_daemon_log", after: known, epoch });
  await until("what is watched for", () => second.lines.length === 10);
  assert.deepEqual(
    texts([...first.lines, ...second.lines]),
    Array.from({ length: 1320 }, (_, index) => `line ${index}`),
  );
});

test("a client that watches an empty log gets one answer at once, and no second one", async (t) => {
  const { log, served } = await logging(t);
  const ear = await listen(t, served, served.key("operator"));
  ear.say({ type: "watch_daemon_log" });
  const told = () => ear.frames.filter(({ type }) => type === "daemon_log");
  await until("what is watched for", () => told().length === 1);
  assert.deepEqual(ear.lines, []);
  log.of("control").info("the first");
  await until("what is watched for", () => ear.lines.length === 1);
  assert.equal(told().length, 2);
});

test("after a restart of the daemon an earlier number means nothing: all lines are sent again", async (t) => {
  const { log, served } = await logging(t);
  log.of("control").info("before");
  const ear = await listen(t, served, served.key("operator"));
  ear.say({ type: "watch_daemon_log" });
  await until("what is watched for", () => ear.lines.length === 1);
  log.restart();
  log.of("control").info("after");
  await until("what is watched for", () => ear.lines.length === 2);
  assert.deepEqual(
    ear.frames.flatMap((frame) => (frame.type === "daemon_log" ? [frame.epoch] : [])),
    ["epoch-1", "epoch-2"],
  );
});

for (const role of ["viewer", "agent"] as const) {
  test(`a ${role} who asks for the log is shown the door and not a line, and is on record by name`, async (t) => {
    const { log, served } = await logging(t);
    log.of("control").info("not for everybody");
    const ear = await listen(t, served, served.key(role));
    ear.say({ type: "watch_daemon_log" });
    const [code, reason] = await ear.closed;
    assert.equal(code, 1008);
    assert.match(String(reason), /it needs operator/);
    assert.deepEqual(ear.lines, []);
    const [refusal] = new AuditLog(served.world.db).list({ action: "refusal" });
    assert.deepEqual([refusal?.actor.name, refusal?.subject, refusal?.result], [`${role}-2`, "GET /ws", "NOT_ALLOWED"]);
  });
}
