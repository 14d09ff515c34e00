/** The result of a step with a playbook comes from Ansible's own counts, not from the exit code alone. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nothing } from "../../../../daemon/executor/kept-output.ts";
import { ansibleEnd } from "../../../../daemon/executor/steps/ansible-run.ts";
import type { StepEnd } from "../../../../daemon/executor/steps/ending.ts";
import { stepPlace } from "../../../../daemon/executor/steps/local-command.ts";

const recap = { ok: 0, changed: 0, unreachable: 0, failures: 0, skipped: 0, rescued: 0, ignored: 0 };
const good: StepEnd = { status: "succeeded", exitCode: 0, said: nothing };
const step = { content: "a".repeat(64), target: "n1", parameters: {}, risk: "write" as const };

for (const [what, hosts, more, end, says] of [
  ["a task ran on the node", { n1: { ...recap, ok: 1, changed: 1 } }, {}, "succeeded", /^$/],
  ["no host matched", {}, {}, "failed", /ran on no host: n1 matched none of its plays/],
  ["only another host ran", { n2: { ...recap, ok: 1 } }, {}, "failed", /ran on no host/],
  ["all tasks of the node were left out by tags", { n1: recap }, {}, "failed", /no task ran on it/],
  ["a preview ran no task", { n1: { ...recap, skipped: 2 } }, { parameters: { check: true } }, "succeeded", /^$/],
  [
    "a read-only playbook changed something",
    { n1: { ...recap, ok: 2, changed: 1 } },
    { risk: "read" },
    "failed",
    /declared read-only, but 1/,
  ],
  [
    "a preview of a read-only playbook would change something",
    { n1: { ...recap, ok: 2, changed: 1 } },
    { risk: "read", parameters: { check: true } },
    "succeeded",
    /^$/,
  ],
  ["Ansible gave no report", undefined, {}, "failed", /without a report/],
  ["the step is no playbook", undefined, { content: undefined }, "succeeded", /^$/],
] as const)
  test(`a step whose Ansible ended with 0 has ${end} if ${what}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), "muster-step-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const place = stepPlace(folder, "1");
    if (hosts) writeFileSync(`${place.output}.events`, `${JSON.stringify({ event: "stats", hosts })}\n`);
    const { content: _, ...rest } = { ...step, ...more };
    const content = "content" in more ? {} : { content: step.content };
    const ended = ansibleEnd(good, { ...rest, ...content }, place);
    assert.equal(ended.status, end);
    assert.match(ended.error ?? "", says);
  });

test("a failure stays the failure that it is", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-step-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const failed: StepEnd = { status: "timed-out", exitCode: null, said: nothing };
  assert.deepEqual(ansibleEnd(failed, step, stepPlace(folder, "1")), failed);
});
