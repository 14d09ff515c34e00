/** The events of a run are read in slices, and once for all nodes of a wave. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type RunEvent, readRunEvents } from "../../../daemon/jobs/run-events.ts";
import { RunFindings } from "../../../daemon/jobs/run-findings.ts";

function fileFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-findings-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "1.events.ndjson");
}

const line = (event: Partial<RunEvent>) => `${JSON.stringify({ task: "Install", ...event })}\n`;
const asIs = (text: string) => text;

test("the last failed task of each node is found, an ignored failure is none, and the message is redacted", (t) => {
  const file = fileFor(t);
  writeFileSync(
    file,
    [
      line({ event: "failed", host: "n1", task: "First", message: "no" }),
      line({ event: "failed", host: "n1", task: "Second", message: "the key is hunter2" }),
      line({ event: "failed", host: "n2", task: "Optional", message: "no", ignored: true }),
      line({ event: "unreachable", host: "n3", task: "Reach it", message: "timed out" }),
    ].join(""),
  );
  const findings = new RunFindings(file, false, (text) => text.replace("hunter2", "***"));
  assert.deepEqual(findings.failedTask("n1"), { name: "Second", message: "the key is ***" });
  assert.equal(findings.failedTask("n2"), undefined);
  assert.equal(findings.failedTask("n3")?.name, "Reach it");
  assert.equal(findings.preview("n1"), undefined);
});

test("an event is read once, however many nodes end, and new events are added", (t) => {
  const file = fileFor(t);
  const first = line({ event: "failed", host: "n1", message: "before" });
  writeFileSync(file, first);
  const findings = new RunFindings(file, false, asIs);
  assert.equal(findings.failedTask("n1")?.message, "before");
  writeFileSync(file, `${"-".repeat(first.length - 1)}\n`);
  appendFileSync(file, line({ event: "failed", host: "n2", message: "after" }));
  assert.equal(findings.failedTask("n2")?.message, "after");
  assert.equal(findings.failedTask("n1")?.message, "before");
});

test("a run that begins again from an empty file has no findings, and a file that is missing has none", (t) => {
  const findings = new RunFindings(fileFor(t), true, asIs);
  assert.equal(findings.failedTask("n1"), undefined);
  assert.deepEqual(findings.preview("n1"), { tasks: 0, previewed: 0, changes: [], unknown: [] });
});

test("a preview counts the tasks of its own node", (t) => {
  const file = fileFor(t);
  writeFileSync(
    file,
    line({ event: "ok", host: "n1", task: "Write", changed: true }) +
      line({ event: "skipped", host: "n1", task: "Run", unforeseen: true }) +
      line({ event: "ok", host: "n2" }),
  );
  const findings = new RunFindings(file, true, asIs);
  assert.deepEqual(findings.preview("n1"), { tasks: 2, previewed: 1, changes: ["Write"], unknown: ["Run"] });
  assert.equal(findings.preview("n2")?.tasks, 1);
});

test("a slice ends after a whole line, and a line that is longer than a slice is read whole", (t) => {
  const file = fileFor(t);
  const short = line({ event: "ok", host: "n1" });
  const long = line({ event: "failed", host: "n1", message: "x".repeat(50_000) });
  writeFileSync(file, short.repeat(10) + long + short);
  const slice = short.length * 4 + 5;
  const first = readRunEvents(file, 0, slice);
  assert.equal(first.events.length, 4);
  assert.equal(first.next, short.length * 4);
  const third = readRunEvents(file, short.length * 10, slice);
  assert.equal(third.events[0]?.message.length, 50_000);
  assert.equal(readRunEvents(file, short.length * 10 + long.length, slice).events.length, 1);
});
