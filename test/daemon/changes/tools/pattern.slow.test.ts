/** The time limit of a pattern depends on the pattern, and not on other work of the machine. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { match } from "../../../../daemon/changes/tools/pattern.ts";

const slow = ["(a+)+", `${"a".repeat(40)}!`] as const;

/** The thread had the processor for this time during each comparison. */
function busyMachine(t: TestContext, cpuMs: number) {
  return t.mock.method(process, "threadCpuUsage", (before?: object) => ({ user: before ? cpuMs * 1000 : 0, system: 0 }));
}

test("a pattern that takes too long is refused at once if it had the processor", (t) => {
  const usage = busyMachine(t, 499);
  assert.equal(match(...slow), "too-slow");
  assert.equal(usage.mock.callCount(), 2);
});

test("a comparison that waited for the processor is repeated, and not for ever", (t) => {
  const usage = busyMachine(t, 10);
  assert.equal(match(...slow), "too-slow");
  assert.equal(usage.mock.callCount(), 7);
});

test("usual patterns are compared once", (t) => {
  const usage = busyMachine(t, 10);
  assert.deepEqual([match("[a-z]+", "abc"), match("[a-z]+", "ABC")], ["fits", "differs"]);
  assert.equal(usage.mock.callCount(), 2); // One for each comparison.
});
