/** An interrupted execution reports its steps, and is resumed once, by command or after a check by a person. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Execution, StepStatus } from "../../../../daemon/contract/changes/execution.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { type DeskLab, openDesk, person, restartSsh, wish } from "../../../support/changes/changes.ts";

const ada = person("ada");
const bob = person("bob");
const unchecked = { checked: false, done: [] };
const refusedWith = (code: string, says: RegExp) => (error: unknown) =>
  error instanceof MusterError && error.code === code && (says.test(error.message) || assert.fail(error.message));

/** Ends an execution as a crash of the executor does, with these states of its steps. */
function cutShort({ desk, world }: DeskLab, { id }: Execution, ...states: [string, StepStatus][]): Execution {
  const steps = states.map(([step, status]) => ({ id: step, status }));
  desk.receive({ type: "executed", executionId: id, status: "partial", steps, error: "cut", interrupted: true });
  return world.executions.get(id) ?? assert.fail();
}

/** Restarts a service on three nodes. The first step is done, the second was cut off, the third did not begin. */
function interrupted(lab: DeskLab, scope = "dev"): Execution {
  for (const name of ["n1", "n2", "n3"]) lab.node(name, scope);
  const { execution, approval } = lab.desk.propose(restartSsh("n1", "n2", "n3"), ada);
  if (approval) lab.desk.vote(approval.id, { answer: "approve", reason: "" }, bob);
  const begun = execution ?? lab.world.executions.ofPlan(approval?.planId ?? "") ?? assert.fail();
  return cutShort(lab, begun, ["1", "succeeded"], ["2", "unknown"], ["3", "skipped"]);
}

test("it reports what was done and what was not, and is resumed at the first step that is not done", () => {
  const lab = openDesk();
  const { id } = interrupted(lab);
  assert.deepEqual(lab.desk.execution(id).interruption, {
    done: ["1"],
    cutOff: ["2"],
    notBegun: ["3"],
    failed: [],
    from: "2",
    resume: "command",
    reason: "all its steps are repeatable",
  });
  const { work, execution } = lab.desk.resume(id, unchecked, ada);
  assert.deepEqual(
    work.plan.steps.map((step) => [step.id, step.target, step.after]),
    [
      ["2", "n2", []],
      ["3", "n3", ["2"]],
    ],
  );
  assert.equal(work.plan.resumes, id);
  assert.match(work.plan.summary, /; resumed at step 2, with 2 of 3 steps$/);
  assert.match(work.reason, new RegExp(`^resumes ${id}; it hangs$`));
  assert.deepEqual(lab.told.at(-1), { type: "execute", executionId: execution?.id });
});

test("it is resumed once, and the resumption can be interrupted and resumed too", () => {
  const lab = openDesk();
  const { id } = interrupted(lab);
  const second = lab.desk.resume(id, unchecked, ada).execution ?? assert.fail();
  assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("EXECUTION_NOT_RESUMABLE", /^it was resumed as plan /));
  cutShort(lab, second, ["2", "succeeded"], ["3", "cancelled"]);
  assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("EXECUTION_NOT_RESUMABLE", /^it was resumed as plan /));
  const third = lab.desk.resume(second.id, unchecked, ada);
  assert.deepEqual(
    third.work.plan.steps.map((step) => [step.id, step.after]),
    [["3", []]],
  );
});

test("if a step is not declared repeatable, it waits for a person, whose findings count", () => {
  const lab = openDesk(undefined, { isRepeatable: () => false });
  const { id } = interrupted(lab);
  const { resume, reason } = lab.desk.execution(id).interruption ?? assert.fail();
  assert.deepEqual([resume, reason], ["person", "step 1 uses service_restart, which is not declared repeatable"]);
  assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("CHECK_NEEDED", /^it waits for a person: step 1 uses/));
  assert.throws(
    () => lab.desk.resume(id, { checked: true, done: ["3"] }, ada),
    refusedWith("REQUEST_INVALID", /^done: step 3 was not cut off/),
  );
  const { work } = lab.desk.resume(id, { checked: true, done: ["2"] }, ada);
  assert.deepEqual(
    work.plan.steps.map((step) => step.id),
    ["3"],
  );
  assert.match(work.reason, /; found done: 2; it hangs$/);
});

test("a finding without a check is refused, and so is a resumption of nothing", () => {
  const lab = openDesk();
  const { id } = interrupted(lab);
  assert.throws(() => lab.desk.resume(id, { checked: false, done: ["2"] }, ada), refusedWith("CHECK_NEEDED", /^done: needs/));
  const second = lab.desk.resume(id, unchecked, ada).execution ?? assert.fail();
  cutShort(lab, second, ["2", "succeeded"], ["3", "unknown"]);
  assert.throws(
    () => lab.desk.resume(second.id, { checked: true, done: ["3"] }, ada),
    refusedWith("EXECUTION_NOT_RESUMABLE", /^no step of the plan is left/),
  );
});

test("in prod the resumption needs approval again, and a denied one can be repeated", () => {
  const lab = openDesk();
  const { id } = interrupted(lab, "prod");
  const first = lab.desk.resume(id, unchecked, ada);
  assert.equal(first.approval?.state, "pending");
  assert.equal(first.execution, undefined);
  assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("EXECUTION_NOT_RESUMABLE", /^it was resumed as plan /));
  lab.desk.vote(first.approval?.id ?? "", { answer: "deny", reason: "not now" }, bob);
  const again = lab.desk.resume(id, unchecked, ada);
  assert.equal(again.approval?.state, "pending");
  lab.desk.vote(again.approval?.id ?? "", { answer: "approve", reason: "" }, bob);
  assert.equal(lab.world.executions.ofPlan(again.work.id)?.status, "running");
});

for (const [what, states, says] of [
  [
    "a step that failed",
    [
      ["1", "succeeded"],
      ["2", "failed"],
      ["3", "skipped"],
    ],
    /^step 2 failed$/,
  ],
  [
    "a step that took too long",
    [
      ["1", "timed-out"],
      ["2", "skipped"],
      ["3", "skipped"],
    ],
    /^step 1 failed$/,
  ],
] as [string, [string, StepStatus][], RegExp][])
  test(`${what} is no interruption to resume`, () => {
    const lab = openDesk();
    for (const name of ["n1", "n2", "n3"]) lab.node(name, "dev");
    const { execution } = lab.desk.propose(restartSsh("n1", "n2", "n3"), ada);
    const { id } = cutShort(lab, execution ?? assert.fail(), ...states);
    assert.equal(lab.desk.execution(id).interruption?.resume, "never");
    assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("EXECUTION_NOT_RESUMABLE", says));
  });

test("an execution that ended by itself is not resumed", () => {
  const lab = openDesk();
  lab.node("n1", "dev");
  const { execution } = lab.desk.propose(restartSsh("n1"), ada);
  const id = execution?.id ?? "";
  assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("EXECUTION_NOT_RESUMABLE", /is running, and was not interrupted/));
  lab.desk.receive({ type: "executed", executionId: id, status: "failed", steps: [{ id: "1", status: "failed" }] });
  assert.equal(lab.desk.execution(id).interruption, undefined);
  assert.throws(() => lab.desk.resume(id, unchecked, ada), refusedWith("EXECUTION_NOT_RESUMABLE", /is failed, and was not interrupted/));
});

test("after a change of the fleet, the rest is proposed again instead", () => {
  const lab = openDesk();
  const { id } = interrupted(lab);
  lab.groups.set("n3", ["staging"]);
  assert.throws(
    () => lab.desk.resume(id, unchecked, ada),
    refusedWith("EXECUTION_NOT_RESUMABLE", /^the fleet, a tool or a playbook changed/),
  );
});

test("an execution that the executor no longer knows is interrupted, and no step of it counts as not begun", () => {
  const lab = openDesk();
  for (const name of ["n1", "n2"]) lab.node(name, "dev");
  const { id } = lab.desk.propose(restartSsh("n1", "n2"), ada).execution ?? assert.fail();
  lab.desk.receive({ type: "step", executionId: id, step: { id: "1", status: "succeeded" } });
  lab.desk.receive({ type: "hello", pid: 1, runs: [], executions: [] });
  const { status, interruption } = lab.desk.execution(id);
  assert.equal(status, "unknown");
  assert.partialDeepStrictEqual(interruption, { done: ["1"], cutOff: ["2"], notBegun: [], resume: "command" });
});

test("a report that control could not save is complete at the next heartbeat", () => {
  const lab = openDesk();
  lab.node("n1", "dev");
  const { id } = lab.desk.propose(wish("service_restart", ["n1"], { unit: "ssh.service" }), ada).execution ?? assert.fail();
  lab.desk.receive({ type: "step", executionId: id, step: { id: "1", status: "cancelled" } });
  lab.desk.receive({ type: "alive", runs: [], executions: [{ executionId: id, status: "failed", interrupted: true }] });
  assert.partialDeepStrictEqual(lab.desk.execution(id).interruption, { cutOff: ["1"], resume: "command" });
});
