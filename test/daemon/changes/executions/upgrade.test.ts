/**
 * Tests plans of an earlier version, whose executor called control over HTTP, after the upgrade. No plan hangs, and
 * each error names the next action.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlan } from "../../../../daemon/changes/plans/planner.ts";
import { runbooksOf } from "../../../../daemon/changes/plans/runbook.ts";
import { digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import type { Plan, Proposal } from "../../../../daemon/contract/changes/plan.ts";
import { catalogue, type DeskLab, openDesk, person, wish } from "../../../support/changes/changes.ts";
import { openWorld, type World } from "../../../support/world.ts";

const ada = person("ada");

/** The same step as the earlier version planned it: by HTTP, from another form. */
function earlierPlan(world: World, proposal: Proposal): Plan {
  const nodes = world.nodes.list().map(({ id, name, state, address }) => ({ id, name, phase: state.phase, address, groups: ["dev"] }));
  const plan = makePlan(proposal, { catalogue, runbooks: runbooksOf([]), nodes });
  const old = { method: "http" as const, toolDigest: digestOf("the form of then") };
  const preview = { kind: "exact" as const, text: "POST muster:/api/nodes/n1/wipe" };
  return { ...plan, steps: plan.steps.map((step) => ({ ...step, ...old, preview })) };
}

const vote = ({ desk }: DeskLab, id: string, who: string) =>
  desk.vote(id, { answer: "approve", reason: "" }, person(who, who === "cem" ? "admin" : "operator"));

/** The earlier control, with a plan to wipe n1 that waits for approval. */
function earlier() {
  const world = openWorld();
  const lab = openDesk(world, { plan: (proposal) => earlierPlan(world, proposal) });
  lab.node("n1", "dev");
  const { approval, work } = lab.desk.propose(wish("wipe", ["n1"], { disks: "all" }), ada);
  assert.ok(approval);
  return { world, lab, approval, work };
}

/** This version's control over the same database. */
function upgraded(world: World): DeskLab {
  const lab = openDesk(world);
  lab.groups.set("n1", ["dev"]);
  return lab;
}

test("an approved plan in the queue is refused, and the error says to propose it again", () => {
  const { world, lab, approval, work } = earlier();
  lab.executor.connected = false;
  for (const name of ["bob", "cem"]) vote(lab, approval.id, name);
  assert.equal(world.executions.ofPlan(work.id)?.status, "queued");
  const next = upgraded(world);
  next.desk.dispatch();
  const execution = world.executions.ofPlan(work.id);
  assert.equal(execution?.status, "refused");
  assert.match(execution?.error ?? "", /^the plan, its preview changed since it was approved; propose it again$/);
  assert.deepEqual([next.told, world.nodeHolds.all()], [[], []]);
  assert.equal(world.approvals.get(approval.id)?.state, "dropped");
});

test("a pending plan is dropped at the next vote, and the same request can be proposed again", () => {
  const { world, approval, work } = earlier();
  const next = upgraded(world);
  assert.throws(() => vote(next, approval.id, "bob"), /request it again|propose it again/);
  assert.equal(world.approvals.get(approval.id)?.state, "dropped");
  const again = next.desk.propose(wish("wipe", ["n1"], { disks: "all" }), ada);
  assert.notEqual(again.work.hash, work.hash);
  assert.equal(again.approval?.state, "pending");
});

test("an execution in flight during the upgrade ends as the executor reports it, and its plan can still be read", () => {
  const { world, lab, approval, work } = earlier();
  for (const name of ["bob", "cem"]) vote(lab, approval.id, name);
  const { id = "" } = world.executions.ofPlan(work.id) ?? {};
  lab.desk.receive({ type: "step", executionId: id, step: { id: "1", target: "n1", status: "running" } });
  lab.desk.lost();
  const next = upgraded(world);
  next.desk.receive({ type: "hello", pid: 2, runs: [], executions: [{ executionId: id, status: "unknown" }] });
  const steps = [{ id: "1", target: "n1", status: "unknown" as const }];
  next.desk.receive({ type: "executed", executionId: id, status: "unknown", steps, error: "the end of a step is not known" });
  const shown = next.desk.plan(work.id);
  assert.deepEqual([shown.execution?.status, shown.execution?.steps[0]?.status], ["unknown", "unknown"]);
  assert.ok(shown.execution?.endedAt);
  assert.equal(shown.work.plan.steps[0]?.method, "http");
});

test("control sends an executor of the earlier version no message that it does not know", () => {
  const { world, lab, approval, work } = earlier();
  for (const name of ["bob", "cem"]) vote(lab, approval.id, name);
  const { id = "", planHash = "" } = world.executions.ofPlan(work.id) ?? {};
  const next = upgraded(world);
  next.desk.receive({ type: "step", executionId: id, step: { id: "1", target: "n1", status: "running" } });
  assert.deepEqual(next.told, []);
  next.desk.receive({ type: "act", executionId: id, stepId: "1", planHash });
  assert.deepEqual(next.effects, []);
  assert.equal(world.nodes.findByName("n1")?.state.phase, "ready");
});
