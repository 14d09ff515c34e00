/** The daemon's log on its way to the page: parsed, without secrets, limited, and without waiting. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ControlLogBook } from "../../../daemon/admin/log-book.ts";
import { readLogLine } from "../../../daemon/log/log-lines.ts";
import { type LogLines, LogRelay } from "../../../daemon/log/log-relay.ts";
import { type LogNews, LogTail } from "../../../daemon/log/log-tail.ts";
import { redact } from "../../../daemon/log/redact.ts";
import { Tail } from "../../../daemon/log/tail.ts";
import { writtenLog } from "../../support/log-book.ts";

const at = "2026-01-02T03:04:05.678Z";
const now = new Date("2026-01-02T03:04:06.000Z");
const read = (line: object | string) => readLogLine(1, typeof line === "string" ? line : JSON.stringify(line), now, redact);

test("a line has time, level, process, text, and named details", () => {
  const line = { level: 40, time: at, process: "netboot", part: "dhcp", mac: "52:54:00:00:00:01", tries: 3, msg: "refused" };
  assert.deepEqual(read(line), {
    seq: 1,
    at,
    level: "warn",
    process: "netboot",
    part: "dhcp",
    text: "refused",
    detail: { mac: "52:54:00:00:00:01", tries: "3" },
  });
});

test("a failure is shown with its stack", () => {
  const { log, lines } = written();
  log.error({ err: new Error("disk full") }, "lease not written");
  assert.match(lines()[0]?.detail?.err ?? "", /^Error: disk full\n {4}at /);
});

function written() {
  const { of, book } = writtenLog();
  return { log: of("control"), lines: () => book.after(0) };
}

test("secrets are removed from the text, from values, from nested values, and from fields with a revealing name", () => {
  const secret = `mk_1a2b3c4d_${"5".repeat(64)}`;
  const { log, lines } = written();
  log.info(
    { url: `http://user:hunter22@example.com/`, deep: { password: "hunter22" }, api_key: "hunter22", header: `Bearer ${secret}` },
    secret,
  );
  const shown = JSON.stringify(lines());
  assert.doesNotMatch(shown, /hunter22|5555/);
  assert.match(shown, /\[redacted\]/);
});

test("lines of other programs are shown unchanged, and long lines are cut with a mark", () => {
  assert.deepEqual(read("<b>panic</b>"), { seq: 1, at: now.toISOString(), level: "info", process: "musterd", text: "<b>panic</b>" });
  assert.match(read({ level: 30, time: at, process: "control", msg: "x".repeat(9000) }).text, /x … 1000 more characters$/);
});

test("the buffer keeps the newest lines within its limits of number and size", () => {
  const few = new Tail<number>(100, 1e9);
  for (let number = 1; number <= 1000; number++) few.add(number, 1);
  const kept = few.after(0).map(({ item }) => item);
  assert.ok(kept.length <= 100 && kept.length >= 80, String(kept.length));
  assert.equal(kept.at(-1), 1000);
  assert.deepEqual(
    few.after(997).map(({ seq }) => seq),
    [998, 999, 1000],
  );
  assert.deepEqual(
    few.after(990, 2).map(({ seq }) => seq),
    [991, 992],
  );

  const small = new Tail<number>(1e9, 1000);
  for (let number = 1; number <= 100; number++) small.add(number, 100);
  assert.ok(small.after(0).length <= 10);
  small.add(101, 5000);
  assert.deepEqual(
    small.after(0).map(({ item }) => item),
    [101],
  );
});

test("a restarted control receives all lines again with the same numbers, and none twice", async () => {
  const tail = new LogTail();
  const line = (of: number) => JSON.stringify({ level: 30, time: at, process: "control", msg: `line ${of}` });
  const reader = () => {
    const book = new ControlLogBook(redact);
    const send = async (news: object) => {
      book.take(news as LogNews);
      return true;
    };
    return { book, send };
  };
  const first = reader();
  tail.newReader(first.send);
  for (let number = 1; number <= 1200; number++) tail.take(line(number));
  await sleep(5);
  const second = reader();
  tail.newReader(second.send);
  tail.take(line(1201));
  await sleep(5);
  assert.equal(first.book.last(), 1200);
  assert.deepEqual(
    second.book.after(0).map(({ seq }) => seq),
    Array.from({ length: 1201 }, (_, index) => index + 1),
  );
  assert.equal(second.book.epoch(), first.book.epoch());
  assert.equal(second.book.after(1200)[0]?.text, "line 1201");
});

test("a control that has not confirmed a message receives no further one", async () => {
  const tail = new LogTail();
  const told: LogNews[] = [];
  let take: (() => void) | undefined;
  tail.newReader((news) => {
    told.push(news as LogNews);
    return new Promise((resolve) => {
      take = () => resolve(true);
    });
  });
  for (let number = 1; number <= 20_000; number++) tail.take(`${number}`);
  assert.equal(told.length, 1);
  take?.();
  await sleep(5);
  assert.equal(told.length, 2);
  assert.ok((told[1]?.lines[0]?.seq ?? 0) > 10_000, "the oldest were dropped meanwhile");
});

test("a process never waits for the receiver of its lines, and counts lines that do not fit", async () => {
  const sent: LogLines[] = [];
  let done: (() => void) | undefined;
  const relay = new LogRelay("netboot", {
    send: (message, taken) => {
      sent.push(message);
      done = taken;
    },
  });
  relay.take("first");
  relay.flush();
  for (let number = 0; number < 5000; number++) relay.take(`line ${number}`);
  relay.take("x".repeat(100_000));
  relay.flush();
  assert.deepEqual(
    sent.map(({ lines }) => lines.length),
    [1],
  );
  done?.();
  relay.flush();
  assert.equal(sent[1]?.lines.length, 2001);
  assert.match(read(sent[1]?.lines.at(-1) ?? "").text, /^3001 lines were too many or too long/);
});
