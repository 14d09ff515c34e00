/** A job ends after a run, or it is run again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Job, JobStatus } from "../../../daemon/contract/jobs/job.ts";
import { nextStep } from "../../../daemon/jobs/next-step.ts";
import { isLive, moved } from "../../../daemon/jobs/status.ts";
import type { JobVerdict } from "../../../daemon/jobs/verdict.ts";

const job = (changes: Partial<Job> = {}): Job => ({
  id: "n1-1",
  kind: "ansible",
  playbook: "playbook.yaml",
  nodeId: "id-1",
  nodeName: "n1",
  status: "running",
  attempt: 1,
  requestedBy: "test",
  createdAt: "2026-03-01T10:00:00.000Z",
  ...changes,
});
const away: JobVerdict = { status: "failed", result: { summary: "unreachable: no route to host", cause: "unreachable" } };
const killed: JobVerdict = { status: "interrupted", result: { summary: "killed", cause: "interrupted" } };

test("an unreachable node is tried again after 10, 30, 90 s, and no longer than it is allowed", () => {
  const steps = [1, 2, 3, 4].map((attempt) => nextStep(job({ attempt }), away, 3));
  assert.deepEqual(
    steps.map((step) => (step.kind === "again" ? step.delaySeconds : step.result.summary)),
    [10, 30, 90, "unreachable: no route to host (tried 4 times)"],
  );
  assert.partialDeepStrictEqual(steps[0], { why: "unreachable", summary: "unreachable: no route to host; attempt 2 of 4 in 10 s" });
});

test("the wait does not grow for ever", () => {
  assert.partialDeepStrictEqual(nextStep(job({ attempt: 9 }), away, 20), { kind: "again", delaySeconds: 300 });
});

test("with retries switched off the first answer counts", () => {
  assert.deepEqual(nextStep(job(), away, 0), { kind: "end", ...away });
});

for (const cause of ["task", "playbook", "no-host", "not-started", "deadline"] as const) {
  test(`what failed for ${cause} is never run again by itself`, () => {
    const status = cause === "deadline" ? "timed-out" : "failed";
    assert.equal(nextStep(job(), { status, result: { summary: "no", cause } }, 5).kind, "end");
  });
}

test("what the executor refuses for now is begun again after 10, 30, 90 s, for some ten minutes", () => {
  const busy: JobVerdict = { status: "failed", result: { summary: "no room", cause: "refused" } };
  const steps = [1, 2, 3, 4, 5, 6].map((attempt) => nextStep(job({ attempt }), busy, 0));
  assert.deepEqual(
    steps.map((step) => (step.kind === "again" ? step.delaySeconds : step.status)),
    [10, 30, 90, 270, 300, "failed"],
  );
  assert.partialDeepStrictEqual(steps[0], { why: "refused", summary: "no room; retry in 10 s" });
  assert.partialDeepStrictEqual(nextStep(job({ status: "cancelling" }), busy, 0), { kind: "end", status: "cancelled" });
});

test("a node that refuses the login or shows another key is not asked again", () => {
  for (const message of ["Host key verification failed.", "root@n1: Permission denied (publickey)."]) {
    const refused: JobVerdict = { ...away, result: { ...away.result, failedTask: { name: "ping", message } } };
    assert.equal(nextStep(job(), refused, 5).kind, "end");
  }
});

test("an interrupted run begins again at once, a second one has failed", () => {
  assert.partialDeepStrictEqual(nextStep(job(), killed, 0), { kind: "again", why: "interrupted", delaySeconds: 0 });
  assert.partialDeepStrictEqual(nextStep(job({ attempt: 2, interruptions: 1 }), killed, 0), {
    kind: "end",
    status: "failed",
    result: { summary: "interrupted 2 times: killed" },
  });
});

test("interruptions and retries are counted apart", () => {
  assert.equal(nextStep(job({ attempt: 3 }), killed, 2).kind, "again");
  assert.partialDeepStrictEqual(nextStep(job({ attempt: 2, interruptions: 1 }), away, 1), { kind: "again", delaySeconds: 10 });
});

test("what was cancelled meanwhile is not begun again, whatever came of it", () => {
  assert.partialDeepStrictEqual(nextStep(job({ status: "cancelling" }), killed, 2), { kind: "end", status: "cancelled" });
  assert.equal(nextStep(job({ status: "cancelling" }), away, 2).kind, "end");
});

test("an ended job never moves again, and every live one can be ended", () => {
  for (const from of JobStatus.options) {
    const ways = JobStatus.options.filter((to) => {
      try {
        return moved(from, to) === to;
      } catch {
        return false;
      }
    });
    if (isLive(from)) assert.ok(ways.includes("cancelled") && ways.includes("failed"), from);
    else assert.deepEqual(ways, from === "interrupted" ? ["queued", "waiting"] : [], from);
  }
});
