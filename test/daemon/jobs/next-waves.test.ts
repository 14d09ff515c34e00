/** The jobs that begin now, the waves that they form, and the decision about a waiting job. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { isExpired, leaseFrom, wasAway } from "../../../daemon/jobs/heartbeat.ts";
import { type Limits, nextWaves, wakening } from "../../../daemon/jobs/next-waves.ts";

const now = new Date("2026-03-01T10:00:10.000Z");
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const limits: Limits = { runs: 2, waveSize: 3, gatherMs: 2000, quietMs: 500 };

const queued = (name: string, waitedMs: number, more: Partial<Job> = {}): Job => ({
  id: `${name}-1`,
  kind: "ansible",
  playbook: "playbook.yaml",
  nodeId: name,
  nodeName: name,
  status: "queued",
  attempt: 1,
  requestedBy: "test",
  createdAt: ago(waitedMs),
  queuedAt: ago(waitedMs),
  ...more,
});
const begun = (jobs: Job[], runsAtWork = 0, own: Partial<Limits> = {}) =>
  nextWaves(jobs, runsAtWork, { ...limits, ...own }, now).map((wave) => wave.map(({ nodeName }) => nodeName));

test("those that came together begin as one run, once nobody has come for a while", () => {
  assert.deepEqual(begun([queued("b", 600), queued("a", 700)]), [["a", "b"]]);
  assert.deepEqual(begun([queued("a", 700), queued("b", 100)]), []);
});

test("nobody waits longer than the gathering lasts, though others keep coming", () => {
  assert.deepEqual(begun([queued("a", 2000), queued("b", 10)]), [["a", "b"]]);
});

test("a wave that is full does not wait, and what is left over gathers on", () => {
  const five = ["a", "b", "c", "d", "e"].map((name, index) => queued(name, 100 - index));
  assert.deepEqual(begun(five), [["a", "b", "c"]]);
});

test("no more runs at once than allowed", () => {
  const seven = ["a", "b", "c", "d", "e", "f", "g"].map((name, index) => queued(name, 3000 - index));
  assert.deepEqual(begun(seven), [
    ["a", "b", "c"],
    ["d", "e", "f"],
  ]);
  assert.deepEqual(begun(seven, 1), [["a", "b", "c"]]);
  assert.deepEqual(begun(seven, 5), []);
});

test("a higher priority goes first, then who has waited longest", () => {
  const jobs = [queued("old", 9000), queued("urgent", 1000, { priority: 5 }), queued("older", 9500)];
  assert.deepEqual(begun(jobs, 0, { waveSize: 1, runs: 3 }), [["urgent"], ["older"], ["old"]]);
});

test("only what runs the same playbook in the same way is one run", () => {
  const jobs = [
    queued("a", 900),
    queued("b", 900, { playbook: "playbooks/disk.yaml", purpose: "look" }),
    queued("c", 900, { purpose: "preview" }),
    queued("d", 900),
  ];
  assert.deepEqual(begun(jobs, 0, { runs: 9 }), [["a", "d"], ["b"], ["c"]]);
});

const waiting = (more: Partial<Job>): Job => queued("n", 5000, { status: "waiting", purpose: "look", ...more });
const nodeIn = (state: Node["state"]): Node => ({ id: "n", name: "n", macs: [], state, facts: {}, createdAt: ago(0), updatedAt: ago(0) });
const around = { awaited: undefined, node: nodeIn({ phase: "ready", since: ago(0) }), held: false };

test("a retry waits for its time", () => {
  assert.equal(wakening(waiting({ retryAt: ago(-1) }), around, now).kind, "stay");
  assert.equal(wakening(waiting({ retryAt: ago(0) }), around, now).kind, "queue");
});

test("a job that waits for another begins when that has succeeded, and not while its node has a job", () => {
  const awaited = (status: Job["status"]) => queued("m", 9000, { status });
  const after = waiting({ after: "m-1" });
  const kinds = (
    ["queued", "waiting", "running", "cancelling", "unknown", "interrupted", "succeeded", "failed", "timed-out", "cancelled"] as const
  ).map((status) => [status, wakening(after, { ...around, awaited: awaited(status) }, now).kind]);
  assert.deepEqual(
    kinds.filter(([, kind]) => kind !== "stay"),
    [
      ["succeeded", "queue"],
      ["failed", "end"],
      ["timed-out", "end"],
      ["cancelled", "end"],
    ],
  );
  assert.equal(wakening(after, { ...around, awaited: awaited("succeeded"), held: true }, now).kind, "stay");
  assert.partialDeepStrictEqual(wakening(after, { ...around, awaited: awaited("cancelled") }, now), { status: "cancelled" });
  assert.partialDeepStrictEqual(wakening(after, around, now), { status: "failed" });
});

test("a job that waited is not run on a node that has no system now, and waits for one that is about to be configured", () => {
  const awaited = queued("m", 9000, { status: "succeeded" });
  const kindOn = (state: Node["state"]) => wakening(waiting({ after: "m-1" }), { ...around, awaited, node: nodeIn(state) }, now);
  assert.equal(kindOn({ phase: "called-home", at: ago(0), deadline: ago(-1) }).kind, "stay");
  assert.equal(kindOn({ phase: "configure-failed", reason: "r", at: ago(0) }).kind, "queue");
  assert.partialDeepStrictEqual(kindOn({ phase: "retired", at: ago(0) }), {
    status: "failed",
    result: { summary: "not run: n is retired" },
  });
  assert.equal(wakening(waiting({ after: "m-1" }), { ...around, awaited, node: undefined }, now).kind, "end");
});

test("a lease lasts longer than two heartbeats, and does not run out while we were away ourselves", () => {
  const run = { id: "n-1/1", eventsOffset: 0, leaseUntil: leaseFrom(now) };
  assert.ok(!isExpired(run, new Date(now.getTime() + 4500)));
  assert.ok(isExpired(run, new Date(now.getTime() + 9000)));
  assert.ok(wasAway(undefined, now));
  assert.ok(wasAway(new Date(now.getTime() - 5000), now));
  assert.ok(!wasAway(new Date(now.getTime() - 300), now));
});

test("a job that was queued before the clock was set back does not wait until then", () => {
  for (const back of [3_600_000, 86_400_000, 10 * 365 * 86_400_000])
    assert.deepEqual(begun([queued("a", -back), queued("b", 3000)]), [["b", "a"]]);
});

test("a retry that was planned before the clock was set back begins now; one of the present waits", () => {
  const waiting = (plannedMs: number, retryMs: number) => queued("a", plannedMs, { status: "waiting", retryAt: ago(retryMs) });
  const step = (job: Job) => wakening(job, { awaited: undefined, node: undefined, held: false }, now).kind;
  assert.equal(step(waiting(-86_400_000, -86_430_000)), "queue");
  assert.equal(step(waiting(5000, -25_000)), "stay");
  assert.equal(step(waiting(35_000, 5000)), "queue");
});

test("a clock that was set back or forward says nothing about a run, and its lease begins again", () => {
  const later = (ms: number) => new Date(now.getTime() + ms);
  assert.deepEqual([wasAway(later(3_600_000), now), wasAway(later(-3_600_000), now), wasAway(later(-500), now)], [true, true, false]);
});
