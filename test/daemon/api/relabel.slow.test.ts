/** Changes of groups and variables over the real API: no operator alone takes a node out of prod, or changes a node of prod. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import type { ErrorBody } from "../../../daemon/contract/route.ts";
import { machineActs, type OwnAct, performOwnAct } from "../../../daemon/machines/acts/own-acts.ts";
import { inventoryFor } from "../../../daemon/machines/inventory/editing.ts";
import { InventoryFile } from "../../../daemon/machines/inventory/file.ts";
import { labelsIn } from "../../../daemon/machines/inventory/reading/labels.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { actPorts } from "../../support/machines/act-ports.ts";
import { written } from "../../support/machines/inventory-file.ts";
import { ownPolicy } from "../../support/own-policy.ts";
import { until } from "../../support/until.ts";
import { addNode } from "../../support/world.ts";

const TEXT = `all:
  children:
    worker_nodes:
      hosts:
        n1: { ansible_host: 10.0.0.1 }
        n2: { ansible_host: 10.0.0.2 }
        n3: { ansible_host: 10.0.0.3 }
        n4: { ansible_host: 10.0.0.4 }
    dev: { hosts: { n1: } }
    prod: { hosts: { n2: , "n[4:4]": }, children: { shop: } }
    shop: { hosts: { n5: } }
`;

async function bench(t: TestContext, prodByHand: "policy" | "allow" = "policy") {
  const { inventory, path, text } = written(t, TEXT);
  const editing = inventoryFor(inventory);
  const acts = () => machineActs(actPorts(served.world, { inventory: editing }).ports);
  const governed = { policy: ownPolicy("policy", prodByHand), act: (act: OwnAct) => performOwnAct(acts(), act) };
  const served: Served = await serve(t, { inventory: editing }, governed);
  const { world, lab } = served;
  const labels = labelsIn(new InventoryFile(path).reading());
  for (const name of ["n1", "n2", "n3", "n4", "n5"]) {
    const node = addNode(world, { phase: "ready", since: "2026-01-01T00:00:00.000Z" }, name);
    lab.groups.set(name, [...labels(node)]);
  }
  const [bob, bea] = [served.key("operator"), served.key("operator")];
  const ask = async (key: string, method: string, path: string, body?: object) => {
    const answer = await served.request(`/api/inventory/${path}`, { method, key, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, error: (answer.body as Partial<ErrorBody>).error };
  };
  /** Approves as Bea, and performs the step as the executor asks for it. */
  const approve = async (approvalId: string | undefined) => {
    const vote = { method: "POST", key: bea, body: JSON.stringify({ answer: "approve" }) };
    const answer = await served.request(`/api/approvals/${approvalId}/vote`, vote);
    assert.equal(answer.status, 200, answer.text);
    const execution = world.executions.list(10).find((each) => each.approvalId === approvalId) ?? assert.fail("no execution");
    const executionId = execution.id;
    lab.desk.receive({ type: "step", executionId, step: { id: "1", target: execution.steps[0]?.target, status: "running" } });
    const before = lab.told.length;
    lab.desk.receive({ type: "act", executionId, stepId: "1", planHash: execution.planHash });
    const said = () => lab.told.slice(before).flatMap((message) => (message.type === "acted" ? [message.outcome] : []))[0];
    await until("the act has an outcome", () => said() !== undefined);
    return said();
  };
  return { ask, approve, bob, bea, text, served };
}

for (const [what, method, path, body, rule] of [
  ["take a node out of prod", "DELETE", "groups/prod/n2", undefined, "write-in-prod"],
  ["put a node of prod into dev, too", "POST", "groups/dev/n2", undefined, "write-in-prod"],
  ["put a node of no group into dev", "POST", "groups/dev/n3", undefined, "write-in-prod"],
  ["put a node of no group into staging", "POST", "groups/staging/n3", undefined, "write-in-prod"],
  ["take a node out of a group below prod", "DELETE", "groups/shop/n5", undefined, "write-in-prod"],
  ["put a node that is in prod by a range into another group", "POST", "groups/rack4/n4", undefined, "write-in-prod"],
  ["put a node of dev into prod", "POST", "groups/prod/n1", undefined, "label-into-stricter"],
  ["put a node of dev into a group below prod", "POST", "groups/shop/n1", undefined, "label-into-stricter"],
  ["set how a node of prod is reached", "POST", "variables", { node: "n2", key: "ansible_port", value: 2222 }, "write-in-prod"],
  ["set a variable of the group prod", "POST", "variables", { group: "prod", key: "app", value: "evil" }, "write-in-prod"],
  ["set a variable of all nodes", "POST", "variables", { group: "all", key: "ansible_user", value: "evil" }, "write-in-prod"],
] as const)
  test(`an operator cannot ${what} alone`, async (t) => {
    const { ask, bob, text } = await bench(t);
    const { status, error } = await ask(bob, method, path, body);
    assert.deepEqual([status, error?.code], [202, "APPROVAL_NEEDED"], error?.message);
    assert.match(error?.message ?? "", new RegExp(`by the rule ${rule}`));
    assert.equal(text(), TEXT);
  });

for (const [what, method, path, body] of [
  ["puts a node of dev into a group that is no scope", "POST", "groups/rack4/n1", undefined],
  ["puts a node of no group into prod", "POST", "groups/prod/n3", undefined],
  ["puts a node of no group into a group that is no scope", "POST", "groups/rack4/n3", undefined],
  ["sets a variable of a node of dev", "POST", "variables", { node: "n1", key: "app", value: "x" }],
  ["sets a variable of a node of no group", "POST", "variables", { node: "n3", key: "ansible_port", value: 2222 }],
  ["sets a variable of the group dev", "POST", "variables", { group: "dev", key: "app", value: "x" }],
] as const)
  test(`an operator ${what} alone`, async (t) => {
    const { ask, bob, text } = await bench(t);
    const { status, error } = await ask(bob, method, path, body);
    assert.equal(status, 200, error?.message);
    assert.notEqual(text(), TEXT);
  });

test("with prod_by_hand the variables of prod are free, but a second person moves a node out of prod", async (t) => {
  const { ask, bob } = await bench(t, "allow");
  assert.equal((await ask(bob, "POST", "variables", { node: "n2", key: "ansible_port", value: 2222 })).status, 200);
  assert.equal((await ask(bob, "POST", "groups/rack4/n2")).status, 200);
  assert.equal((await ask(bob, "DELETE", "groups/prod/n2")).status, 202);
  assert.equal((await ask(bob, "DELETE", "groups/shop/n5")).status, 202);
});

test("after the approval of a second person the node leaves prod, and its value is set without a trace in the plan", async (t) => {
  const { ask, approve, bob, text, served } = await bench(t);
  const left = await approve((await ask(bob, "DELETE", "groups/prod/n2")).error?.approvalId);
  assert.deepEqual(left?.ended, "well", JSON.stringify(left));
  assert.doesNotMatch(text(), /prod: \{ hosts: \{ n2/);
  const asked = await ask(bob, "POST", "variables", { node: "n4", key: "app_secret", value: "hunter2hunter2" });
  const again = await ask(bob, "POST", "variables", { node: "n4", key: "app_secret", value: "hunter2hunter2" });
  assert.equal(again.error?.approvalId, asked.error?.approvalId);
  const set = await approve(asked.error?.approvalId);
  assert.equal(set?.ended, "well", JSON.stringify(set));
  assert.match(text(), /app_secret: "hunter2hunter2"/);
  const plans = served.world.executions.list(10).map(({ planId }) => served.world.plans.get(planId));
  assert.match(JSON.stringify(plans), /"value":"kept:/);
  assert.doesNotMatch(JSON.stringify([plans, new AuditLog(served.world.db).list()]), /hunter2/);
});

test("a plan that names another scope than the change leads to is refused", async (t) => {
  const { approve, bob, served, text } = await bench(t);
  const proposal = { goal: { kind: "tool", tool: "group_leave", parameters: { group: "prod", becomes: "prod" } }, targets: ["n2"] };
  const answer = await served.request("/api/proposals", { method: "POST", key: bob, body: JSON.stringify(proposal) });
  const outcome = await approve((answer.body as { approval?: { id: string } }).approval?.id);
  assert.equal(outcome?.ended, "badly");
  assert.match(outcome?.message ?? "", /n2 would be unlabelled after this change, not prod/);
  assert.equal(text(), TEXT);
});
