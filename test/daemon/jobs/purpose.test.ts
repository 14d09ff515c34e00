import assert from "node:assert/strict";
import { test } from "node:test";
import { judged, previewOf } from "../../../daemon/jobs/purpose.ts";
import type { RunEvent } from "../../../daemon/jobs/run-events.ts";
import type { JobVerdict } from "../../../daemon/jobs/verdict.ts";

const event = (event: RunEvent["event"], task: string, more: Partial<RunEvent> = {}): RunEvent => ({
  event,
  host: "n1",
  task,
  changed: false,
  seconds: null,
  message: "",
  ignored: false,
  unforeseen: false,
  ...more,
});
const recap = { ok: 2, changed: 1, unreachable: 0, failures: 0, skipped: 2, rescued: 0, ignored: 0 };
const succeeded: JobVerdict = { status: "succeeded", result: { summary: "2 tasks, 1 changes", exitCode: 0, recap } };

test("a preview counts what could say what it would do; what its own conditions left out is not counted", () => {
  const events = [
    event("play-start", ""),
    event("ok", "copy", { changed: true }),
    event("ok", "file"),
    event("skipped", "not for this node"),
    event("skipped", "command", { unforeseen: true }),
    event("ok", "loop, half of it", { unforeseen: true, changed: true }),
    event("ok", "of another node", { host: "n2", changed: true }),
  ];
  assert.deepEqual(previewOf(events, "n1"), {
    tasks: 4,
    previewed: 2,
    changes: ["copy", "loop, half of it"],
    unknown: ["command", "loop, half of it"],
  });
});

test("a preview's result says that nothing was changed, what would be, and which share could be foretold", () => {
  const preview = { tasks: 4, previewed: 3, changes: ["copy"], unknown: ["command"] };
  const { status, result } = judged(succeeded, { purpose: "preview" }, preview);
  assert.equal(status, "succeeded");
  assert.equal(result.summary, "nothing was changed: 1 task would change something; 3 of 4 tasks (75 %) could be previewed");
  assert.deepEqual(result.preview, preview);
});

test("a preview of nothing but commands succeeds, and says that nothing could be foretold", () => {
  const preview = { tasks: 2, previewed: 0, changes: [], unknown: ["one", "two"] };
  const none: JobVerdict = {
    status: "failed",
    result: { summary: "no task ran", cause: "no-host", hint: "h", recap: { ...recap, ok: 0 } },
  };
  const { status, result } = judged(none, { purpose: "preview" }, preview);
  assert.equal(status, "succeeded");
  assert.match(result.summary, /0 of 2 tasks \(0 %\) could be previewed$/);
  assert.equal(result.cause, undefined);
});

test("a preview that ran on no host stays a failure", () => {
  const none: JobVerdict = { status: "failed", result: { summary: "it ran on no host", cause: "no-host" } };
  const { status } = judged(none, { purpose: "preview" }, { tasks: 0, previewed: 0, changes: [], unknown: [] });
  assert.equal(status, "failed");
});

test("a playbook that is called read-only and changes something has failed", () => {
  const { status, result } = judged(succeeded, { purpose: "look" }, undefined);
  assert.equal(status, "failed");
  assert.match(result.summary, /read-only, but 1 tasks changed something/);
  assert.ok(result.hint);
});

test("what makes a node ready is judged as before", () => {
  assert.deepEqual(judged(succeeded, {}, undefined), succeeded);
  assert.deepEqual(judged(succeeded, { purpose: "change" }, undefined), succeeded);
});
