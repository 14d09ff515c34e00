/** The end of a step that is an act: only the answer of control shows it. An act that was never requested did not happen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromExecutor } from "../../../../daemon/contract/executor-protocol.ts";
import { ActRequests } from "../../../../daemon/executor/executions/act-requests.ts";

const wanted = { executionId: "8d4a3f35-93a1-4f0e-8a59-0d6f5dca2c11", stepId: "1", planHash: "a".repeat(64) };
const which = { executionId: wanted.executionId, stepId: wanted.stepId };
const done = { type: "acted", ...which, outcome: { ended: "well", message: "done" } } as const;

function line({ connected = true, graceMs = 60_000 } = {}) {
  const sent: FromExecutor[] = [];
  const state = { connected };
  const requests = new ActRequests({
    tell: (message) => void sent.push(message),
    connected: () => state.connected,
    graceMs: () => graceMs,
  });
  const stop = new AbortController();
  return { sent, state, requests, stop, ended: requests.perform(wanted, stop.signal) };
}

test("it is asked once, and the answer is the end", async () => {
  for (const [ended, status] of [
    ["well", "succeeded"],
    ["badly", "failed"],
    ["unknown", "unknown"],
  ] as const) {
    const { sent, requests, ended: end } = line();
    requests.answered({ type: "acted", ...which, outcome: { ended, message: "n1 is armed" } });
    const { status: found, said, error } = await end;
    assert.deepEqual(sent, [{ type: "act", ...wanted }]);
    assert.equal(found, status);
    assert.deepEqual([said.head.toString(), error], ended === "well" ? ["n1 is armed", undefined] : ["", "n1 is armed"]);
  }
});

test("a new connection gets the request again until it is answered, and never after that", async () => {
  const { sent, requests, ended } = line();
  const again: FromExecutor[] = [];
  requests.repeat((message) => void again.push(message));
  assert.deepEqual(again, sent);
  requests.answered(done);
  requests.answered(done);
  assert.equal((await ended).status, "succeeded");
  requests.repeat(() => assert.fail("asked again"));
});

test("an answer about another step is none", async () => {
  const { requests, ended } = line();
  requests.answered({ ...done, stepId: "2", outcome: { ended: "badly", message: "no" } });
  requests.answered(done);
  assert.equal((await ended).status, "succeeded");
});

test("with control away it waits, and is asked of the next connection", async () => {
  const { sent, requests, ended } = line({ connected: false });
  assert.deepEqual(sent, []);
  const later: FromExecutor[] = [];
  requests.repeat((message) => void later.push(message));
  assert.deepEqual(later, [{ type: "act", ...wanted }]);
  requests.answered(done);
  assert.equal((await ended).status, "succeeded");
});

for (const reason of ["cancelled", "timed-out"] as const)
  test(`stopped before control heard of it, it is ${reason}: nothing was done, and nothing is asked any more`, async () => {
    const { requests, stop, ended } = line({ connected: false });
    stop.abort(reason);
    const { status, error } = await ended;
    assert.deepEqual([status, error], [reason, "control was away, so nothing was done"]);
    requests.repeat(() => assert.fail("asked all the same"));
  });

test("stopped after it was asked, the answer still counts", async () => {
  const { requests, stop, ended } = line();
  stop.abort("cancelled");
  requests.answered(done);
  assert.equal((await ended).status, "succeeded");
});

test("stopped after it was asked, without an answer within the grace, the end is unknown", async () => {
  const { stop, ended } = line({ graceMs: 1 });
  stop.abort("timed-out");
  const { status, error } = await ended;
  assert.deepEqual([status, error], ["unknown", "control has not answered, so the act may have happened"]);
});

test("stopped while the connection is lost, the end is unknown, and a new connection gets no request", async () => {
  const { state, requests, stop, ended } = line();
  state.connected = false;
  stop.abort("cancelled");
  requests.repeat(() => assert.fail("asked again"));
  assert.equal((await ended).status, "unknown");
});

test("stopped before it began, nothing is asked", async () => {
  const { requests, sent } = line();
  sent.length = 0;
  const { status } = await requests.perform({ ...wanted, stepId: "2" }, AbortSignal.abort("cancelled"));
  assert.deepEqual([status, sent], ["cancelled", []]);
});
