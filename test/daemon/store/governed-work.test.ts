/** The constraints that the database enforces on plans, approvals and executions for every writer. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import type { Execution } from "../../../daemon/contract/changes/execution.ts";
import type { PlannedWork, Proposal } from "../../../daemon/contract/changes/plan.ts";
import { addNode, openWorld, type World } from "../../support/world.ts";

const hash = "a".repeat(64);
const goal = { kind: "tool" as const, tool: "disk", parameters: {} };
const proposal: Proposal = {
  goal,
  targets: [],
  reason: "",
  readOnly: false,
  tainted: false,
};
const at = "2026-11-21T12:00:00.000Z";

function addPlan({ plans }: World): PlannedWork {
  const plan = {
    version: 1,
    summary: "",
    targets: [],
    steps: [],
    rollback: [],
    readOnly: false,
    tainted: false,
    goal,
  } as const;
  const decision = { answer: "needs-approval", rule: "write-in-prod", reasons: [], quorum: [{ role: "operator", count: 1 }] } as const;
  const work: PlannedWork = {
    id: randomUUID(),
    plan: { ...plan, targets: [], steps: [], rollback: [] },
    hash,
    previewHash: hash,
    coverage: 1,
    decision: { ...decision, reasons: [], quorum: [...decision.quorum], policyVersion: hash },
    reason: "",
    requestedBy: "ada",
    requesterKeyId: "k1",
    requesterRole: "operator",
    createdAt: at,
  };
  plans.add(work, proposal, hash);
  return work;
}

const approvalOf = ({ id }: PlannedWork): Approval => ({
  id: `apr_${randomUUID().replaceAll("-", "").slice(0, 22)}`,
  planId: id,
  planHash: hash,
  previewHash: hash,
  policyVersion: hash,
  targetsHash: hash,
  requestedBy: "ada",
  requesterKeyId: "k1",
  quorum: [{ role: "operator", count: 1 }],
  votes: [],
  state: "pending",
  createdAt: at,
  decideBy: at,
  executeSeconds: 60,
});

const executionOf = ({ id }: PlannedWork): Execution => ({
  id: randomUUID(),
  planId: id,
  planHash: hash,
  status: "queued",
  steps: [{ id: "1", status: "pending" }],
  requestedBy: "ada",
  createdAt: at,
});

test("a stored plan cannot be changed", () => {
  const world = openWorld();
  const work = addPlan(world);
  assert.deepEqual(world.plans.get(work.id), work);
  assert.deepEqual(world.plans.proposalOf(work.id), proposal);
  assert.throws(() => world.db.prepare("UPDATE plans SET hash = 'b'").run(), /a plan is never changed/);
});

test("a plan has one execution and one approval, and an approval serves one execution", () => {
  const world = openWorld();
  const [first, second] = [addPlan(world), addPlan(world)];
  const approval = approvalOf(first);
  world.approvals.add(approval);
  assert.throws(() => world.approvals.add(approvalOf(first)), /UNIQUE/);
  world.executions.add({ ...executionOf(first), approvalId: approval.id });
  assert.throws(() => world.executions.add(executionOf(first)), /UNIQUE/);
  assert.throws(() => world.executions.add({ ...executionOf(second), approvalId: approval.id }), /UNIQUE/);
});

for (const state of ["denied", "expired", "used", "dropped", "withdrawn"] as const)
  test(`an approval that is ${state} stays so`, () => {
    const world = openWorld();
    const approval = approvalOf(addPlan(world));
    world.approvals.add(approval);
    world.approvals.save({ ...approval, state });
    assert.throws(() => world.approvals.save({ ...approval, state: "approved" }), /never changed/);
    assert.equal(world.approvals.get(approval.id)?.state, state);
    assert.deepEqual(world.approvals.live(), []);
  });

test("a plan is live while it may still be approved, or while it waits or runs", () => {
  const world = openWorld();
  const work = addPlan(world);
  assert.equal(world.plans.live(hash, "k1"), undefined);
  const execution = executionOf(work);
  world.executions.add(execution);
  assert.equal(world.plans.live(hash, "k1")?.id, work.id);
  assert.equal(world.plans.live(hash, "k2"), undefined);
  world.executions.save({ ...execution, status: "succeeded", endedAt: at });
  assert.equal(world.plans.live(hash, "k1"), undefined);
});

test("the steps of an execution keep their order when their results come in any", () => {
  const world = openWorld();
  const execution = { ...executionOf(addPlan(world)), steps: ["1", "2", "10"].map((id) => ({ id, status: "pending" as const })) };
  world.executions.add(execution);
  world.executions.saveStep(execution.id, { id: "10", status: "succeeded", output: "ten" });
  world.executions.saveStep(execution.id, { id: "r1", status: "succeeded" });
  world.executions.saveStep(execution.id, { id: "1", status: "failed" });
  assert.deepEqual(
    world.executions.get(execution.id)?.steps.map(({ id, status }) => `${id} ${status}`),
    ["1 failed", "2 pending", "10 succeeded", "r1 succeeded"],
  );
  assert.deepEqual(
    world.executions.list(10)[0]?.steps.map((step) => "output" in step),
    [false, false, false, false],
  );
});

test("a node belongs to one execution at a time", () => {
  const world = openWorld();
  const node = addNode(world);
  const [first, second] = [executionOf(addPlan(world)), executionOf(addPlan(world))];
  for (const each of [first, second]) world.executions.add(each);
  world.nodeHolds.add({ nodeId: node.id, executionId: first.id, changes: true });
  assert.throws(() => world.nodeHolds.add({ nodeId: node.id, executionId: second.id, changes: false }), /UNIQUE/);
  assert.equal(world.nodeHolds.isBeingChanged(node.id), true);
  world.nodeHolds.release(first.id);
  assert.deepEqual(world.nodeHolds.all(), []);
  world.nodeHolds.add({ nodeId: node.id, executionId: second.id, changes: false });
  assert.equal(world.nodeHolds.isBeingChanged(node.id), false);
});
