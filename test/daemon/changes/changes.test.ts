/** Tests the path of a change from its proposal to the executor, with the real rules, forms, stores and audit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { diskUsage, openDesk, person, restartSsh, wish } from "../../support/changes/changes.ts";

const ada = person("ada");
const bob = person("bob");
const refusedWith = (code: string, says: RegExp) => (error: unknown) =>
  error instanceof MusterError && error.code === code && (says.test(error.message) || assert.fail(error.message));

const deleteInProd = () => wish("arm", ["n1"]);

test("a read-only plan is executed at once, on every node", () => {
  const { desk, node, told, world, records } = openDesk();
  for (const name of ["n1", "n2"]) node(name);
  const { work, execution, approval } = desk.propose(diskUsage("all"), ada);
  assert.equal(work.decision.answer, "allow");
  assert.equal(approval, undefined);
  assert.deepEqual(told, [{ type: "execute", executionId: execution?.id }]);
  assert.deepEqual(
    execution?.steps.map(({ target, status }) => `${target} ${status}`),
    ["n1 pending", "n2 pending"],
  );
  assert.equal(world.executions.get(execution?.id ?? "")?.status, "running");
  assert.deepEqual(
    records().map(({ action, actor }) => `${action} ${actor.name}`),
    ["proposal ada", "decision ada", "intent ada"],
  );
});

test("a change in prod waits for another person, then runs", () => {
  const { desk, node, told, world, records } = openDesk();
  node("n1", "prod");
  const { approval, execution, work } = desk.propose(restartSsh("n1"), ada);
  assert.ok(approval);
  assert.equal(work.decision.rule, "write-in-prod");
  assert.equal(execution, undefined);
  assert.deepEqual(told, []);

  assert.throws(
    () => desk.vote(approval.id, { answer: "approve", reason: "" }, ada),
    refusedWith("VOTE_REFUSED", /the requester has no vote/),
  );
  assert.deepEqual(told, []);

  desk.vote(approval.id, { answer: "approve", reason: "go on" }, bob);
  const begun = world.executions.ofPlan(work.id);
  assert.equal(begun?.status, "running");
  assert.equal(begun?.approvalId, approval.id);
  assert.equal(world.approvals.get(approval.id)?.state, "used");
  assert.deepEqual(told, [{ type: "execute", executionId: begun?.id }]);
  assert.deepEqual(
    records().map(({ action, actor, result }) => `${action} ${actor.name} ${result ?? ""}`.trim()),
    ["proposal ada", "decision ada needs-approval", "refusal ada refused", "vote bob approve", "intent ada"],
  );
});

test("a forbidden plan is refused with the rule's name, and creates no approval", () => {
  const { desk, node, told, world, records } = openDesk();
  node("n1", "prod");
  assert.throws(() => desk.propose(deleteInProd(), person("root", "admin")), refusedWith("PLAN_DENIED", /delete-in-prod/));
  assert.deepEqual(world.approvals.list(10), []);
  assert.deepEqual(world.executions.list(10), []);
  assert.deepEqual(told, []);
  assert.deepEqual(
    records("refusal").map(({ rule, result }) => `${rule} ${result}`),
    ["delete-in-prod deny"],
  );
});

test("a dry run stores nothing that could be executed", () => {
  const { desk, node, told, world, records } = openDesk();
  node("n1", "prod");
  for (const proposal of [diskUsage("n1"), restartSsh("n1"), deleteInProd()]) {
    const answered = desk.propose(proposal, ada, { dryRun: true });
    assert.equal(answered.dryRun, true);
    assert.ok(answered.work.plan.steps.length > 0);
    assert.equal(world.plans.get(answered.work.id), undefined);
  }
  for (const table of ["plans", "approvals", "executions", "execution_steps", "node_holds", "plan_keys"])
    assert.equal(world.db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n, 0, table);
  assert.deepEqual(told, []);
  assert.equal(
    records("proposal").every(({ summary }) => summary.startsWith("dry run: ")),
    true,
  );
});

test("a proposal that cannot be planned is refused and recorded", () => {
  const { desk, records } = openDesk();
  assert.throws(() => desk.propose(diskUsage("nobody"), ada), refusedWith("NODE_NOT_FOUND", /nobody/));
  assert.throws(() => desk.propose(wish("no_such_tool", []), ada), refusedWith("TOOL_NOT_FOUND", /no_such_tool/));
  assert.equal(records("refusal").length, 2);
});

test("the same plan requested again keeps its approval; any difference drops it", () => {
  const { desk, node, groups, world, records } = openDesk();
  node("n1", "prod");
  const first = desk.propose(restartSsh("n1"), ada);
  const again = desk.propose({ ...restartSsh("n1"), reason: "asked twice" }, ada);
  assert.equal(again.approval?.id, first.approval?.id);

  groups.set("n1", ["staging"]);
  const other = desk.propose(restartSsh("n1"), ada);
  assert.notEqual(other.approval?.id, first.approval?.id);
  assert.equal(world.approvals.get(first.approval?.id ?? "")?.state, "dropped");
  assert.deepEqual(
    records("refusal").map(({ result }) => result),
    ["dropped"],
  );
});

test("a read that is requested again while it runs gives the same execution", () => {
  const { desk, node, told } = openDesk();
  node("n1");
  const first = desk.propose(diskUsage("n1"), ada);
  assert.equal(desk.propose(diskUsage("n1"), ada).execution?.id, first.execution?.id);
  assert.equal(told.length, 1);
  desk.receive({ type: "executed", executionId: first.execution?.id ?? "", status: "succeeded", steps: [] });
  assert.notEqual(desk.propose(diskUsage("n1"), ada).execution?.id, first.execution?.id);
});

test("a plan that has changed can no longer be approved", () => {
  const { desk, node, world, told } = openDesk();
  const n1 = node("n1", "prod");
  const { approval } = desk.propose(restartSsh("n1"), ada);
  world.registry.update(n1.id, (was) => ({
    node: { ...was, address: "10.9.9.9" },
    event: { source: "control", type: "node.moved", summary: "has another address" },
  }));
  assert.throws(
    () => desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, bob),
    refusedWith("VOTE_REFUSED", /changed meanwhile/),
  );
  assert.equal(world.approvals.get(approval?.id ?? "")?.state, "dropped");
  assert.deepEqual(told, []);
});

test("a plan that changed after its approval is refused, and its approval is used up", () => {
  const { desk, node, world, executor, told } = openDesk();
  const n1 = node("n1", "prod");
  executor.connected = false;
  const { approval, work } = desk.propose(restartSsh("n1"), ada);
  desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, bob);
  assert.equal(world.executions.ofPlan(work.id)?.status, "queued");
  world.registry.update(n1.id, (was) => ({
    node: { ...was, address: "10.9.9.9" },
    event: { source: "control", type: "node.moved", summary: "has another address" },
  }));
  executor.connected = true;
  desk.dispatch();
  assert.equal(world.executions.ofPlan(work.id)?.status, "refused");
  assert.equal(world.approvals.get(approval?.id ?? "")?.state, "dropped");
  assert.deepEqual(told, []);
});

test("two approvals are answered in any order; an unknown id is refused", () => {
  const { desk, node, world } = openDesk();
  for (const name of ["n1", "n2"]) node(name, "prod");
  const [first, second] = [desk.propose(restartSsh("n1"), ada), desk.propose(restartSsh("n2"), ada)];
  desk.vote(second.approval?.id ?? "", { answer: "deny", reason: "not that one" }, bob);
  desk.vote(first.approval?.id ?? "", { answer: "approve", reason: "" }, bob);
  assert.equal(world.approvals.get(second.approval?.id ?? "")?.state, "denied");
  assert.equal(world.executions.ofPlan(first.work.id)?.status, "running");
  assert.equal(world.executions.ofPlan(second.work.id), undefined);
  assert.throws(
    () => desk.vote(`apr_${"x".repeat(22)}`, { answer: "approve", reason: "" }, bob),
    refusedWith("APPROVAL_NOT_FOUND", /no approval/),
  );
});

for (const role of ["agent", "viewer", "node"] as const)
  test(`a key of the role ${role} never approves`, () => {
    const { desk, node, told } = openDesk();
    node("n1", "prod");
    const { approval } = desk.propose(restartSsh("n1"), ada);
    assert.throws(
      () => desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, person("eve", role)),
      refusedWith("VOTE_REFUSED", /has no vote/),
    );
    assert.deepEqual(told, []);
  });

test("an answer after the deadline is refused, even before the next check of deadlines", () => {
  const { desk, node, clock, world, records } = openDesk();
  node("n1", "prod");
  const { approval } = desk.propose(restartSsh("n1"), ada);
  clock.pass(600);
  assert.throws(
    () => desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, bob),
    refusedWith("VOTE_REFUSED", /had to be decided by/),
  );
  desk.sweep();
  assert.equal(world.approvals.get(approval?.id ?? "")?.state, "expired");
  assert.equal(records("approval-expired").length, 1);
});

test("the desk checks deadlines by itself", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { desk, node, clock, world } = openDesk();
  node("n1", "prod");
  const { approval } = desk.propose(restartSsh("n1"), ada);
  desk.start();
  t.mock.timers.tick(1000);
  assert.equal(world.approvals.get(approval?.id ?? "")?.state, "pending");
  clock.pass(600);
  t.mock.timers.tick(1000);
  assert.equal(world.approvals.get(approval?.id ?? "")?.state, "expired");
  desk.stop();
});

test("an approval is valid for its window; a plan not begun by then is refused", () => {
  const { desk, node, clock, executor, world, told } = openDesk();
  node("n1", "prod");
  executor.connected = false;
  const { approval, work } = desk.propose(restartSsh("n1"), ada);
  desk.vote(approval?.id ?? "", { answer: "approve", reason: "" }, bob);
  clock.pass(300);
  executor.connected = true;
  desk.sweep();
  desk.dispatch();
  assert.equal(world.executions.ofPlan(work.id)?.status, "refused");
  assert.equal(world.approvals.get(approval?.id ?? "")?.state, "expired");
  assert.deepEqual(told, []);
});

test("a request sent twice with one key counts once; the key cannot name another request", () => {
  const { desk, node, world, clock } = openDesk();
  node("n1");
  const idempotencyKey = "nightly-1";
  const first = desk.propose(diskUsage("n1"), ada, { idempotencyKey });
  desk.receive({ type: "executed", executionId: first.execution?.id ?? "", status: "succeeded", steps: [] });
  assert.equal(desk.propose(diskUsage("n1"), ada, { idempotencyKey }).execution?.id, first.execution?.id);
  assert.throws(() => desk.propose(wish("memory", ["n1"]), ada, { idempotencyKey }), refusedWith("IDEMPOTENCY_KEY_USED", /another plan/));
  assert.notEqual(desk.propose(diskUsage("n1"), bob, { idempotencyKey }).execution?.id, first.execution?.id);
  clock.pass(24 * 60 * 60 + 1);
  assert.notEqual(desk.propose(diskUsage("n1"), ada, { idempotencyKey }).execution?.id, first.execution?.id);
  assert.equal(world.executions.list(10).length, 3);
});

test("a key with too many pending approvals cannot request more", () => {
  const { desk, node, world } = openDesk();
  node("n1", "prod");
  for (let each = 0; each < 20; each++) desk.propose(wish("service_restart", ["n1"], { unit: `s${each}.service` }), ada);
  assert.throws(() => desk.propose(restartSsh("n1"), ada), refusedWith("APPROVALS_PENDING", /20 plans/));
  assert.equal(world.approvals.live().length, 20);
});

test("the requester withdraws a pending approval: it can no longer be approved, and can be requested again", () => {
  const { desk, node, told, world, records } = openDesk();
  node("n1", "prod");
  const id = desk.propose(restartSsh("n1"), ada).approval?.id ?? "";
  assert.throws(() => desk.withdraw(id, bob), refusedWith("APPROVAL_NOT_WITHDRAWN", /only the requester can withdraw it/));
  assert.equal(desk.withdraw(id, { ...ada, keyId: "another key of ada" }).state, "withdrawn");
  assert.throws(() => desk.vote(id, { answer: "approve", reason: "" }, bob), refusedWith("VOTE_REFUSED", /withdrawn already/));
  assert.throws(() => desk.withdraw(id, ada), refusedWith("APPROVAL_NOT_WITHDRAWN", /it is withdrawn already/));
  assert.deepEqual(
    records("change", "refusal").map(({ actor, subject, result }) => [actor.name, subject, result]),
    [
      ["bob", `approval ${id}`, "refused"],
      ["ada", `approval ${id}`, "withdrawn"],
      ["bob", `approval ${id}`, "refused"],
      ["ada", `approval ${id}`, "refused"],
    ],
  );
  const again = desk.propose(restartSsh("n1"), ada).approval;
  assert.notEqual(again?.id, id);
  desk.vote(again?.id ?? "", { answer: "approve", reason: "" }, bob);
  assert.equal(told.length, 1);
  assert.throws(() => desk.withdraw(again?.id ?? "", ada), refusedWith("APPROVAL_NOT_WITHDRAWN", /it is used already/));
  assert.deepEqual(
    world.approvals
      .list(5)
      .map(({ state }) => state)
      .sort(),
    ["used", "withdrawn"],
  );
});

test("an agent withdraws only requests of its own key; its person can withdraw them too", () => {
  const { desk, node } = openDesk();
  for (const name of ["n1", "n2"]) node(name, "prod");
  const agent = { keyId: "k-agent", name: "ada", role: "agent", onBehalfOf: "carol" } as const;
  const asked = (target: string, who: typeof agent | typeof ada) => desk.propose(restartSsh(target), who).approval?.id ?? "";
  const own = asked("n1", ada);
  assert.throws(() => desk.withdraw(own, agent), refusedWith("APPROVAL_NOT_WITHDRAWN", /only the requester/));
  assert.equal(desk.withdraw(asked("n2", agent), agent).state, "withdrawn");
  assert.equal(desk.withdraw(asked("n2", agent), person("Carol")).state, "withdrawn");
});
