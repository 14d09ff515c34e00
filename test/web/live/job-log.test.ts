/** A job's output on the page: pieces, colours, folding and search. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chapterOf, fold } from "../../../web/src/jobs/output/folding.ts";
import { isThrough, searchFor, searchOn } from "../../../web/src/jobs/output/search.ts";
import { spansOf, withoutColours } from "../../../web/src/live/output/ansi.ts";
import { atEnd, JobLog, lineTone } from "../../../web/src/live/output/job-log.ts";
import { printablePiece } from "../../../web/src/live/output/printable.ts";

function grow(log: JobLog, text: string, end = false): JobLog {
  log.take({ offset: log.next, next: log.next + Buffer.byteLength(text), text, end });
  return log;
}
const written = (...pieces: string[]): JobLog => pieces.reduce((log, text) => grow(log, text), new JobLog());
const linesOf = (log: JobLog): string[] => Array.from({ length: log.length - log.dropped }, (_, index) => log.plain(log.dropped + index));

const coloured = "\x1b[1mTASK [one]\x1b[0m\r\n\x1b]8;;http://x\x07link\x1b]8;;\x07 \x1b[0;32mok: [n1]\x1b[0m\x08\x00\n";

test("terminal control is removed, and the text stays", () => {
  assert.deepEqual(linesOf(written(coloured)), ["TASK [one]", "link ok: [n1]", ""]);
});

test("the result does not depend on where the output is split", () => {
  for (let cut = 0; cut <= coloured.length; cut++) {
    assert.deepEqual(linesOf(written(coloured.slice(0, cut), coloured.slice(cut))), linesOf(written(coloured)), `cut at ${cut}`);
  }
});

test("an unfinished sequence does not hold back the rest", () => {
  const { text, pending } = printablePiece("", `\x1b]${"a".repeat(5000)}`);
  assert.equal(pending, "");
  assert.match(text, /a{4999}/);
  assert.ok(!text.includes("\x1b"));
});

test("characters that change the reading direction are removed", () => {
  assert.equal(printablePiece("", "ok\u202e: dekcah").text, "ok: dekcah");
});

test("for any output, colours are the only terminal control that remains", () => {
  const bits = fc.constantFrom("\x1b", "[", "3", "1", ";", "m", "H", "]", "\x07", "\\", "\r", "\n", "a", "\x9b", "<b>");
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
      const { text } = printablePiece("", parts.join(""));
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
      assert.doesNotMatch(withoutColours(text), /[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
    }),
  );
});

test("colours become class names and continue across lines", () => {
  const log = written("\x1b[31mred\nstill \x1b[1;92mbold\x1b[0m plain\n");
  const spans = (line: number) => {
    const { text, style } = log.line(line);
    return spansOf(text, style).map(({ text: piece, className }) => `${className}:${piece}`);
  };
  assert.deepEqual(spans(0), ["ansi-1:red"]);
  assert.deepEqual(spans(1), ["ansi-1:still ", "ansi-10 ansi-bold:bold", ": plain"]);
  assert.deepEqual(
    spansOf("\x1b[38;5;4mblue\x1b[38;2;9;9;9;4mline\x1b[22;24;39mnone").map(({ className }) => className),
    ["ansi-4", "ansi-4 ansi-underline", ""],
  );
});

test("a duplicate piece is taken once, and a piece after a gap is refused", () => {
  const log = written("one\n");
  assert.equal(log.take({ offset: 0, next: 4, text: "one\n", end: false }), false);
  assert.equal(log.take({ offset: 9, next: 12, text: "far", end: false }), false);
  assert.equal(log.take({ offset: 4, next: 7, text: "two", end: true }), true);
  assert.deepEqual(linesOf(log), ["one", "two"]);
  assert.deepEqual([log.next, log.end], [7, true]);
});

test("an endless log drops its beginning, and line numbers stay valid", () => {
  const log = new JobLog(100);
  for (let number = 1; number <= 250; number++) grow(log, `TASK [${number}]\n`);
  assert.ok(log.length - log.dropped <= 100);
  assert.equal(log.plain(log.dropped), `TASK [${log.dropped + 1}]`);
  assert.equal(log.chapters[0]?.line, log.dropped);
});

const run = [
  "PLAY [all]",
  "TASK [a]",
  "ok: [n1]",
  "TASK [b]",
  "fatal: [n1]: no",
  "...ignoring",
  "TASK [c]",
  "failed: [n1]: no",
  "more",
  "",
];

test("the first failure is found, and ignored failures do not count", () => {
  const log = written(run.join("\n"));
  assert.equal(log.firstFailure, 7);
  assert.deepEqual(
    log.chapters.map(({ line, failed }) => [line, failed]),
    [
      [0, false],
      [1, false],
      [3, false],
      [6, true],
    ],
  );
});

test("folded tasks show only their heading, and every line has a row", () => {
  const log = written(run.join("\n"));
  const shown = (folded: number[]) => {
    const folding = fold(0, log.length, log.chapters, new Set(folded));
    const lines = Array.from({ length: folding.rows }, (_, row) => folding.lineAt(row));
    for (const [row, line] of lines.entries()) assert.equal(folding.rowOf(line), row);
    return lines;
  };
  assert.deepEqual(shown([]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(shown([1, 3]), [0, 1, 3, 6, 7, 8, 9]);
  assert.deepEqual(shown([0, 1, 3, 6]), [0, 1, 3, 6]);
  assert.equal(fold(0, 10, log.chapters, new Set([6])).rowOf(8), 6);
  assert.equal(chapterOf(log.chapters, 5)?.line, 3);
});

test("a search continues with later lines and finds each match once", () => {
  const log = written("Needle\nhay\nnee");
  const through = (search = searchFor("needle")) => {
    let now = search;
    while (!isThrough(now, log)) now = searchOn(now, log);
    return now;
  };
  const first = through();
  assert.deepEqual(first.found, [0]);
  grow(log, "dle\n\x1b[31mneed\x1b[0mle\n", true);
  assert.deepEqual(through(first).found, [0, 2, 3]);
});

test("a hundred thousand lines are received and searched", () => {
  const log = new JobLog();
  const piece = "ok: [n1] => a line as Ansible writes them\n".repeat(5000);
  for (let count = 0; count < 20; count++) grow(log, piece);
  grow(log, "the one\n", true);
  let search = searchFor("the one");
  while (!isThrough(search, log)) search = searchOn(search, log);
  assert.deepEqual(search.found, [100_000]);
});

test("lines are classified by the words that Ansible starts them with", () => {
  const told = ["TASK [x] ***", "ok: [n1]", "changed: [n1]", "fatal: [n1]: FAILED!", "skipping: [n1]", "other"].map(lineTone);
  assert.deepEqual(told, ["heading", "good", "changed", "bad", "quiet", "plain"]);
});

test("a box that was scrolled up is not at the end", () => {
  assert.ok(atEnd({ scrollTop: 880, clientHeight: 100, scrollHeight: 1000 }));
  assert.ok(!atEnd({ scrollTop: 700, clientHeight: 100, scrollHeight: 1000 }));
});
