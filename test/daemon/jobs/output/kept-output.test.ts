/** The shown text of an output whose middle was removed. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readSlice, readTail } from "../../../../daemon/jobs/output/output.ts";
import { redact } from "../../../../daemon/log/redact.ts";

const LINE = "an ordinary line of output\n";
const lines = (bytes: number) => LINE.repeat(Math.ceil(bytes / LINE.length));

/** `pieces`: the kept text, by its offset. */
function kept(t: TestContext, pieces: Record<number, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-kept-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "output.log");
  for (const [start, text] of Object.entries(pieces)) writeFileSync(start === "0" ? file : `${file}.${start}`, text);
  return file;
}

function readAll(file: string): { text: string; next: number } {
  let [text, next] = ["", 0];
  for (;;) {
    const slice = readSlice(file, next, false, redact);
    text += slice.text;
    next = slice.next;
    if (slice.atEnd) return { text, next };
  }
}

test("pieces that follow each other read as one", (t) => {
  const [one, two, three] = [lines(300_000), `${lines(300_000)}cut in the mi`, `ddle\n${lines(10_000)}`];
  const file = kept(t, { 0: one, [one.length]: two, [one.length + two.length]: three });
  assert.deepEqual(readAll(file), { text: one + two + three, next: one.length + two.length + three.length });
});

test("a gap is marked with its size, and the rest goes on at a whole line", (t) => {
  const head = `${lines(50_000)}the last of the beg`;
  const file = kept(t, { 0: head, 9000000: `half a line\n${lines(100_000)}the very end\n` });
  const { text } = readAll(file);
  const [before = "", bytes, after = ""] = text.split(/\n\[muster: (\d+) bytes of output were left out here; .*\]\n/);
  assert.equal(before, lines(50_000));
  assert.ok(Number(bytes) > 8_900_000);
  assert.ok(after.startsWith(LINE) && after.endsWith("the very end\n"));
  assert.match(readTail(file), /the very end\n$/);
});

test("a key that the gap cuts is not shown, neither its beginning nor its end", (t) => {
  const body = `${"b3BlbnNzaC1rZXktdjEA".repeat(3)}\n`;
  const file = kept(t, {
    0: `${lines(1000)}-----BEGIN PRIVATE KEY-----\n${body.repeat(20)}`,
    9000000: `${body.repeat(20)}-----END PRIVATE KEY-----\n${lines(100_000)}`,
  });
  for (const after of [0, 1010, 1200, 5_000_000, 9_000_000, 9_000_500, 9_010_000]) {
    for (let next = after; ; ) {
      const slice = readSlice(file, next, false, redact);
      assert.ok(!/b3Blbn|XktdjE/.test(slice.text), `from ${after}`);
      next = slice.next;
      if (slice.atEnd) break;
    }
  }
});

test("a reader whose place went away meanwhile is told and goes on, also while the job runs", (t) => {
  const file = kept(t, { 0: lines(1000), 9000000: lines(100_000) });
  const slice = readSlice(file, 5_000_000, true, redact);
  assert.match(slice.text, /\[muster: \d+ bytes of output were left out here/);
  assert.ok(readSlice(file, slice.next, true, redact).text.startsWith(LINE));
});
