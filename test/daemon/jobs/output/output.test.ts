/** The shown output of a job, for every way to cut it. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { readSlice } from "../../../../daemon/jobs/output/output.ts";
import { redact } from "../../../../daemon/log/redact.ts";

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${`${"b3BlbnNzaC1rZXktdjEA".repeat(3)}\n`.repeat(20)}-----END OPENSSH PRIVATE KEY-----\n`;

function outputFile(t: TestContext, content: string | Buffer = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-output-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "output.log");
  writeFileSync(file, content);
  return file;
}

/** Reads like the page, while the file grows piece by piece. */
function follow(file: string, pieces: (string | Buffer)[]): string {
  let next = 0;
  let seen = "";
  const read = (growing: boolean) => {
    const slice = readSlice(file, next, growing, redact);
    next = slice.next;
    seen += slice.text;
    return slice.atEnd;
  };
  for (const piece of pieces) {
    appendFileSync(file, piece);
    read(true);
  }
  while (!read(false));
  return seen;
}

test("an unfinished line is kept back until it is whole or the job has ended", (t) => {
  const file = outputFile(t, "first\nhalf a li");
  assert.deepEqual(readSlice(file, 0, true, redact), { text: "first\n", next: 6, atEnd: false });
  assert.deepEqual(readSlice(file, 6, true, redact), { text: "", next: 6, atEnd: false });
  assert.deepEqual(readSlice(file, 6, false, redact), { text: "half a li", next: 15, atEnd: true });
});

test("however the writing is cut, no part of a secret is shown and nothing else is lost", (t) => {
  const content = `before\ntoken: hunter2hunter2\n${KEY}Authorization: Bearer abcdefghijklmnop\nGrüße, ${KEY}after\n`;
  const bytes = Buffer.from(content);
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (at) => {
      const cuts = [0, ...at.toSorted((a, b) => a - b), bytes.length];
      const file = outputFile(t);
      const seen = follow(
        file,
        cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut)),
      );
      assert.equal(seen, redact(content));
    }),
    { numRuns: 60 },
  );
});

test("whatever offset is asked for, no part of a private key, token or password is shown", (t) => {
  const content = `plain\n${KEY}password: hunter2hunter2\npassword:\n  hunter3hunter3\nBearer abcdefghijklmnop end\n`;
  const file = outputFile(t, content);
  for (let after = 0; after < content.length; after++) {
    const { text } = readSlice(file, after, false, redact);
    assert.ok(!/b3Blbn|ZXktdjE|ter2|ter3|mnop/.test(text), `offset ${after} shows ${text.slice(0, 120)}`);
  }
});

test("a key that never ends is hidden, and does not hide the rest of the output for ever", (t) => {
  const rest = "an ordinary line\n".repeat(3000);
  const file = outputFile(t, `-----BEGIN PRIVATE KEY-----\n${"MIIEvQIBADAN\n".repeat(100)}`);
  assert.equal(readSlice(file, 0, true, redact).text, "");
  appendFileSync(file, rest);
  const { text } = readSlice(file, 0, true, redact);
  assert.ok(text.startsWith("[redacted]"));
  assert.ok(!text.includes("MIIE"));
  assert.ok(text.endsWith("an ordinary line\n"));
});

test("bytes that are no UTF-8 move no offset, and a long line is cut between characters", (t) => {
  const latin = outputFile(t, Buffer.concat([Buffer.from([0xfc, 0xfc, 10]), Buffer.from("next\n")]));
  assert.equal(readSlice(latin, 0, false, redact).next, 8);
  assert.equal(readSlice(latin, 3, false, redact).text, "next\n");

  const long = outputFile(t, `x${"ü".repeat(300_000)}`);
  assert.equal(follow(long, [""]), `x${"ü".repeat(300_000)}`);
});

test("a file that does not exist yet is nothing so far", () => {
  assert.deepEqual(readSlice("/nonexistent/output.log", 0, true, redact), { text: "", next: 0, atEnd: false });
});
