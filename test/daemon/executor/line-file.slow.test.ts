/** A limit on the size of files stands for a full disk: the kernel writes a part of the line and then refuses the rest. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import * as z from "zod";
import { ExecutionLedger } from "../../../daemon/executor/executions/ledger.ts";
import { appendLine, readLines } from "../../../daemon/executor/line-file.ts";

const program = join(import.meta.dirname, "../../../daemon/executor/line-file.ts");
const Value = z.object({ n: z.int(), text: z.string() });
const LIMIT = 1024;

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-lines-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "lines");
}

/** Adds one line in a process whose files end at 1024 bytes. Returns the error code of the write. */
function addOnFullDisk(file: string, value: unknown): string {
  const script = `
    import { appendLine } from ${JSON.stringify(program)};
    try { appendLine(${JSON.stringify(file)}, ${JSON.stringify(value)}); console.log("added"); }
    catch (error) { console.log(error.code); }`;
  const argv = ["-c", 'ulimit -f 1 && exec "$0" --input-type=module -e "$1"', process.execPath, script];
  const { stdout, stderr } = spawnSync("bash", argv, { encoding: "utf8" });
  assert.ok(stdout, stderr);
  return stdout.trim();
}

for (const [what, filled] of [
  ["one byte of the line fits", LIMIT - 1],
  ["half of the line fits", LIMIT - 40],
  ["all but the end of the line fits", LIMIT - 80],
] as const)
  test(`a failed write leaves nothing behind, and the next line is added whole: ${what}`, (t) => {
    const file = place(t);
    const first = { n: 1, text: "" };
    first.text = "x".repeat(filled - JSON.stringify(first).length - 1);
    appendLine(file, first);
    assert.equal(statSync(file).size, filled);

    assert.equal(addOnFullDisk(file, { n: 2, text: "y".repeat(63) }), "EFBIG");
    assert.equal(statSync(file).size, filled);

    appendLine(file, { n: 3, text: "z" });
    assert.deepEqual(
      readLines(file, Value).map(({ n }) => n),
      [1, 3],
    );
  });

test("a line is added whole although the line before it is incomplete", (t) => {
  const file = place(t);
  writeFileSync(file, '{"n":1,"text":"a"}\n{"n":2,"te');
  appendLine(file, { n: 3, text: "c" });
  assert.equal(readFileSync(file, "utf8"), '{"n":1,"text":"a"}\n{"n":3,"text":"c"}\n');
});

test("an incomplete first line is removed too", (t) => {
  const file = place(t);
  writeFileSync(file, '{"n":1');
  appendLine(file, { n: 3, text: "c" });
  assert.equal(readFileSync(file, "utf8"), '{"n":3,"text":"c"}\n');
});

test("a ledger that an earlier full disk tore still knows every execution that started", (t) => {
  const file = place(t);
  const line = () => ({
    executionId: randomUUID(),
    approvalId: randomUUID(),
    planHash: "a".repeat(64),
    at: new Date().toISOString(),
  });
  const [before, torn, after, last] = [line(), line(), line(), line()];
  appendLine(file, before);
  appendFileSync(file, JSON.stringify(torn).slice(0, 70));
  appendFileSync(file, `${JSON.stringify(after)}\n`);
  const ledger = new ExecutionLedger(file);
  ledger.add(last);
  const again = new ExecutionLedger(file);
  for (const { executionId, approvalId } of [before, after, last]) assert.ok(again.holds(executionId) && again.holds(approvalId));
  assert.ok(!again.holds(torn.executionId));
});

test("a complete line that does not fit is an error that names the file and the line", (t) => {
  for (const text of ['{"n":1,"text":"a"}\n{"n":"two"}\n', '{"n":1,"text":"a"}\nrubbish\n', '{"n":1,"text":"a"}\n\n{"n":3,"text":"c"}\n']) {
    const file = place(t);
    writeFileSync(file, text);
    assert.throws(() => readLines(file, Value), new RegExp(`line 2 of ${file} cannot be read`));
  }
});
