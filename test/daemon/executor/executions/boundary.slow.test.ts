/**
 * An attacker who has control also has the socket and the database. The executor still does only what its own forms, its own
 * policy and its own ledger allow.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { previewHashOf } from "../../../../daemon/changes/plans/digests.ts";
import { digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { Plan, PlannedWork } from "../../../../daemon/contract/changes/plan.ts";
import { InventoryFile } from "../../../../daemon/machines/inventory/file.ts";
import { Variables } from "../../../../daemon/machines/inventory/variables.ts";
import { until } from "../../../support/until.ts";
import { erase, forgedVotes, type Lab, note, refused, start } from "./boundary-lab.ts";
import { forms } from "./plan-forms.ts";

/** Rewrites the row and makes every hash in it fit. */
function rewrite(lab: Lab, work: PlannedWork, change: (plan: Plan) => void): PlannedWork {
  const forged = structuredClone(work);
  change(forged.plan);
  forged.hash = digestOf(forged.plan);
  forged.previewHash = previewHashOf(forged.plan);
  lab.stores.db.prepare("UPDATE plans SET work = ?, hash = ? WHERE id = ?").run(JSON.stringify(forged), forged.hash, work.id);
  return forged;
}

test("a number nobody knows is refused", async (t) => {
  await refused(await start(t), randomUUID(), /no such execution/);
});

test("a plan that comes over the socket is not even read: the connection ends", async (t) => {
  const lab = await start(t);
  const work = lab.plan(erase(lab, "d1"));
  lab.send({ type: "execute", executionId: randomUUID(), plan: work.plan, approved: true });
  await until("the connection ends", () => lab.closed);
  assert.ok(existsSync(lab.precious));
});

test("a delete in prod is denied, whoever is written down to have approved it", async (t) => {
  const lab = await start(t);
  const work = lab.plan(erase(lab, "p1"));
  await refused(lab, lab.begin(work, forgedVotes(lab, work)), /denied by the rule delete-in-prod/);
});

test("a delete elsewhere needs its approval: none, a pending one, one of another plan and an expired one are refused", async (t) => {
  const lab = await start(t);
  await refused(lab, lab.begin(lab.plan(erase(lab, "d1"))), /needs approval, and none came with it/);

  const work = lab.plan(erase(lab, "d1"));
  const approval = lab.approve(work);
  assert.equal(approval.state, "approved");
  const rewriteApproval = (change: Partial<Approval>) =>
    lab.stores.db.prepare("UPDATE approvals SET approval = ? WHERE id = ?").run(JSON.stringify({ ...approval, ...change }), approval.id);
  rewriteApproval({ state: "pending" });
  await refused(lab, lab.begin(work, approval), /its approval is pending/);
  rewriteApproval({ votes: approval.votes.slice(0, 1) });
  const again = lab.plan(erase(lab, "d2"));
  await refused(lab, lab.begin(again, approval, { approvalId: undefined } as never), /needs approval/);
});

test("an approval serves the plan it was given for, as long as it lasts, with all its votes", async (t) => {
  const lab = await start(t);
  const refusedWith = async (change: Partial<Approval>, why: RegExp) => {
    const work = lab.plan(erase(lab, "d1"));
    const approval = lab.approve(work);
    lab.stores.db.prepare("UPDATE approvals SET approval = ? WHERE id = ?").run(JSON.stringify({ ...approval, ...change }), approval.id);
    await refused(lab, lab.begin(work, approval), why);
  };
  await refusedWith({ executeBy: new Date(Date.now() - 1000).toISOString() }, /expired before it was begun/);
  await refusedWith({ planId: randomUUID() }, /its approval belongs to another plan/);
  await refusedWith({ quorum: [], votes: [] }, /lacks votes/);
  await refusedWith({ targetsHash: digestOf("others") }, /its targets changed/);
  await refusedWith({ policyVersion: digestOf("older") }, /the policy changed/);
  await refusedWith({ requestedBy: "mallory" }, /names another requester/);
});

test("who asked does not count among those who said yes", async (t) => {
  const lab = await start(t);
  const work = lab.plan(erase(lab, "d1"));
  const approval = forgedVotes(lab, work);
  const votes = approval.votes.map((vote) => ({ ...vote, by: work.requestedBy }));
  lab.stores.db.prepare("UPDATE approvals SET approval = ? WHERE id = ?").run(JSON.stringify({ ...approval, votes }), approval.id);
  await refused(lab, lab.begin(work, approval), /lacks votes/);
});

test("a plan that was altered is refused, with its old hash and with one that fits", async (t) => {
  const lab = await start(t);
  const work = lab.plan(note(lab, "d1"));
  const id = lab.begin(work);
  rewrite(lab, work, ({ steps: [step] }) => {
    if (step) step.parameters = { path: join(lab.folder, "elsewhere") };
  });
  await refused(lab, id, /the plan is not the one that was decided/);

  const approved = lab.plan(erase(lab, "d1"));
  const approval = lab.approve(approved);
  const forged = rewrite(lab, approved, ({ steps: [step] }) => {
    if (step) step.parameters = { path: lab.folder };
  });
  await refused(lab, lab.begin(forged, approval), /its preview is not what erase gives|the plan.* changed since it was approved/);
});

test("a delete that calls itself a read is found out", async (t) => {
  const lab = await start(t);
  const work = lab.plan(erase(lab, "d1"));
  const forged = rewrite(lab, work, ({ steps: [step] }) => {
    if (step) step.risk = "read";
  });
  await refused(lab, lab.begin(forged), /its risk is not what erase gives/);
});

test("a machine of prod that calls itself one of dev is found out", async (t) => {
  const lab = await start(t);
  const work = lab.plan(note(lab, "p1"));
  const forged = rewrite(lab, work, ({ steps: [step], targets: [target] }) => {
    if (step && target) target.scope = step.scope = "dev";
  });
  await refused(lab, lab.begin(forged), /p1 is in prod now, not in dev/);
});

test("a step hidden in the rollback is judged as any other", async (t) => {
  const lab = await start(t);
  const evil = lab.plan(erase(lab, "d1"));
  const work = lab.plan(note(lab, "d1"));
  const forged = rewrite(lab, work, (plan) => {
    const [step] = evil.plan.steps;
    if (step) plan.rollback = [{ undoes: "1", step: { ...step, id: "r1" } }];
  });
  await refused(lab, lab.begin(forged), /needs approval/);
});

test("another machine under the same name, or at another address, is another plan", async (t) => {
  const lab = await start(t);
  const id = lab.begin(lab.plan(note(lab, "d1")));
  lab.stores.registry.update("id-of-d1", (node) => ({
    node: { ...node, address: "10.0.0.99" },
    event: { source: "control", type: "node.address", summary: "moved" },
  }));
  await refused(lab, id, /d1 has another address now/);
});

for (const [what, change] of [
  ["a variable of the node", { tool: "variable_set", owner: { node: "d1" }, key: "app", value: "evil" }],
  ["the user of a group of the node", { tool: "variable_set", owner: { group: "dev" }, key: "ansible_user", value: "evil" }],
  ["another group of the node", { tool: "group_join", node: "d1", group: "rack4" }],
] as const)
  test(`${what} that was changed since the plan is another plan`, async (t) => {
    const lab = await start(t);
    lab.stores.registry.update("id-of-d1", (node) => ({
      node: { ...node, address: "10.0.0.1" },
      event: { source: "control", type: "node.address", summary: "has an address" },
    }));
    const id = lab.begin(lab.plan({ goal: { kind: "tool", tool: "service_restart", parameters: { unit: "x.service" } }, targets: ["d1"] }));
    await new Variables(new InventoryFile(lab.data.inventory)).perform(change);
    await refused(lab, id, /the values that the inventory gives d1 were changed since it was planned/);
  });

test("a form that was changed since is another tool", async (t) => {
  const lab = await start(t);
  const id = lab.begin(lab.plan(note(lab, "d1")));
  writeFileSync(join(lab.forms, "note.yaml"), `name: note\n${forms.note}`.replace("touch", "mkdir"));
  await refused(lab, id, /the form of note was changed since it was planned/);
});

test("an approval serves once, also when the database has forgotten that it did", async (t) => {
  const lab = await start(t);
  const work = lab.plan(note(lab, "s1"));
  const approval = lab.approve(work);
  const first = lab.begin(work, approval);
  const end = await lab.execute(first);
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "succeeded");
  // Another row replaces this one.
  lab.stores.db.exec("DELETE FROM executions");
  const second = lab.begin(work, approval);
  await refused(lab, second, /its approval was used already/);
  lab.stores.db.exec("DELETE FROM executions");
  lab.begin(work, approval, { id: first });
  lab.send({ type: "forget-execution", executionId: first });
  lab.messages.length = 0;
  await refused(lab, first, /this execution was begun already/);
});

test("with a ledger that cannot be read nothing is begun", async (t) => {
  const lab = await start(t);
  await lab.leaveExecutor();
  writeFileSync(join(lab.data.executor, "executions.ledger"), '{"executionId": "gone"}\n');
  await lab.startExecutor();
  await refused(lab, lab.begin(lab.plan(note(lab, "d1"))), /cannot read what was begun before/);
});

test("an approved delete is carried out, so that what is refused above is not refused for some other reason", async (t) => {
  const lab = await start(t);
  const work = lab.plan(erase(lab, "d1"));
  const end = await lab.execute(lab.begin(work, lab.approve(work)));
  assert(typeof end !== "string", String(end));
  assert.equal(end.status, "succeeded");
  assert.ok(!existsSync(lab.precious));
});
