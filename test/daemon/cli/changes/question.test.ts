/** A voter reads everything before signing, also on a narrow terminal and with parameters that try to hide. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { showQuestion } from "../../../../daemon/cli/changes/question.ts";
import { openDesk, person, restartSsh } from "../../../support/changes/changes.ts";

const lab = openDesk();
lab.node("n1", "prod");
const { approval, work } = lab.desk.propose(restartSsh("n1"), person("ada"));
assert.ok(approval);
const [step] = work.plan.steps;
assert.ok(step);
const shownWith = (unit: string, text = unit): string =>
  showQuestion(approval, { ...work, plan: { ...work.plan, steps: [{ ...step, parameters: { unit }, preview: { kind: "exact", text } }] } });

test("every step is shown with values, preview, machine, address and scope, and the two time limits with the hash", () => {
  const shown = showQuestion(approval, work);
  for (const part of [
    /^ada asks:\n/,
    /Step 1: service_restart on n1 \(prod, 10\.0\.0\.1\)\n {2}risk write, scope prod, by ssh, at most \d+ s\n/,
    /parameters: \{"unit":"ssh\.service"\}\n {2}does: .*systemctl.*restart.*ssh\.service\n/,
    new RegExp(`On these machines:\n  n1: prod, 10.0.0.1, known as ${work.plan.targets[0]?.nodeId}\n`),
    /Answer by 2026-11-21T12:10:00\.000Z\. It may start within 300 s after the last approval\./,
    new RegExp(`Approval ${approval.id}, plan ${work.hash}\n`),
    /which your signature does not cover:\n {2}reason of the request: it hangs\n/,
  ])
    assert.match(shown, part);
});

test("nothing is cut to the terminal's width, at any length", (t) => {
  process.env.COLUMNS = "40";
  t.after(() => delete process.env.COLUMNS);
  const long = `${"a".repeat(3000)}; rm -rf /`;
  assert.equal(shownWith(long).split(long).length, 3);
});

test("long runs of spaces and characters that hide or reverse text are spelled out", () => {
  const shown = shownWith(`a${" ".repeat(500)}b`, "a\u202eb\u200bc\nd\u001b[2Ke");
  assert.match(shown, /parameters: \{"unit":"a<500 spaces>b"\}\n {2}does: a<U\+202E>b<U\+200B>c<U\+000A>d<U\+001B>\[2Ke\n/);
});
