import assert from "node:assert/strict";
import { test } from "node:test";
import { atEnd, emptyLog, type JobLog, lineTone, takeOutput } from "../../web/src/job/job-log.ts";
import { plainText } from "../../web/src/job/plain-text.ts";

function written(...pieces: string[]): JobLog {
  return pieces.reduce(
    (log, text) => takeOutput(log, { offset: log.next, next: log.next + Buffer.byteLength(text), text, end: false }),
    emptyLog,
  );
}

const coloured = "\x1b[1mTASK [one]\x1b[0m\r\n\x1b]8;;http://x\x07link\x1b]8;;\x07 \x1b[0;32mok: [n1]\x1b[0m\x08\x00\n";

test("terminal control is taken out, the text stays", () => {
  assert.deepEqual(written(coloured).lines, ["TASK [one]", "link ok: [n1]", ""]);
});

test("it makes no difference where the output is cut", () => {
  for (let cut = 0; cut <= coloured.length; cut++) {
    assert.deepEqual(written(coloured.slice(0, cut), coloured.slice(cut)).lines, written(coloured).lines, `cut at ${cut}`);
  }
});

test("a sequence that never ends does not swallow the rest", () => {
  const { text, pending } = plainText("", `\x1b]${"a".repeat(5000)}`);
  assert.equal(pending, "");
  assert.equal(text, "a".repeat(5000));
});

test("characters that turn the reading direction are taken out", () => {
  assert.equal(plainText("", "ok\u202e: dekcah").text, "ok: dekcah");
});

test("a piece that comes twice is taken once, one from further on not at all", () => {
  const log = written("one\n");
  assert.equal(takeOutput(log, { offset: 0, next: 4, text: "one\n", end: false }), log);
  assert.equal(takeOutput(log, { offset: 9, next: 12, text: "far", end: false }), log);
  assert.deepEqual(takeOutput(log, { offset: 4, next: 7, text: "two", end: true }), {
    lines: ["one", "two"],
    dropped: 0,
    next: 7,
    end: true,
    pending: "",
  });
});

test("an endless log lets its beginning go and says how much", () => {
  const log = written("line\n".repeat(6000));
  assert.equal(log.lines.length, 5000);
  assert.equal(log.dropped, 1001);
});

test("lines are told apart by the words Ansible begins them with", () => {
  const told = ["TASK [x] ***", "ok: [n1]", "changed: [n1]", "fatal: [n1]: FAILED!", "skipping: [n1]", "other"].map(lineTone);
  assert.deepEqual(told, ["heading", "good", "changed", "bad", "quiet", "plain"]);
});

test("somebody who scrolled up is not at the end", () => {
  assert.ok(atEnd({ scrollTop: 880, clientHeight: 100, scrollHeight: 1000 }));
  assert.ok(!atEnd({ scrollTop: 700, clientHeight: 100, scrollHeight: 1000 }));
});
