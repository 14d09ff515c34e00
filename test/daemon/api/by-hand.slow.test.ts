/** Manual actions over the real API: the policy decides each, and the audit names plan and rule. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { loadPolicy, type PolicySettings } from "../../../daemon/changes/policy/policy.ts";
import type { Role } from "../../../daemon/contract/admin/key.ts";
import type { Proposed } from "../../../daemon/contract/changes/change-routes.ts";
import type { ActOutcome } from "../../../daemon/contract/changes/execution-messages.ts";
import type { Node, NodeState } from "../../../daemon/contract/machines/node.ts";
import type { ErrorBody, Route } from "../../../daemon/contract/route.ts";
import { routes } from "../../../daemon/contract/routes.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { inventoryFor } from "../../../daemon/machines/inventory/editing.ts";
import type { DeskLab } from "../../support/changes/changes.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { written } from "../../support/machines/inventory-file.ts";
import { ownPolicy } from "../../support/own-policy.ts";
import { queuing } from "../../support/queuing.ts";
import { addNode } from "../../support/world.ts";

const at = "2026-11-21T12:00:00.000Z";
const ready: NodeState = { phase: "ready", since: at };
const rescue: NodeState = { phase: "rescue", since: at };

/** The manual actions on the system of `n1`, as a client requests them. `governed.slow.test.ts` requests all manual actions. */
const deeds = {
  armNode: { path: "/api/nodes/n1/arm", body: { confirm: "n1" }, erases: true },
  wipeNode: { path: "/api/nodes/n1/wipe", body: { confirm: "n1", disks: "all" }, erases: true },
  retireNode: { path: "/api/nodes/n1/retire", body: { confirm: "n1" }, erases: true },
  powerNode: { path: "/api/nodes/n1/power", body: { confirm: "n1", action: "cycle" }, erases: false },
  wakeNode: { path: "/api/nodes/n1/wake", body: undefined, erases: false },
  rescueNode: { path: "/api/nodes/n1/rescue", body: undefined, erases: false },
  endRescue: { path: "/api/nodes/n1/rescue", body: undefined, erases: false },
  promoteNode: { path: "/api/nodes/n1/promote", body: undefined, erases: false },
  reprovisionNode: { path: "/api/nodes/n1/reprovision", body: {}, erases: false },
  joinGroup: { path: "/api/inventory/groups/rack4/n1", body: undefined, erases: false },
  leaveGroup: { path: "/api/inventory/groups/rack3/n1", body: undefined, erases: false },
  setVariable: { path: "/api/inventory/variables", body: { node: "n1", key: "app", value: "s3cret" }, erases: false },
  unsetVariable: { path: "/api/inventory/variables/unset", body: { node: "n1", key: "old" }, erases: false },
  runPlaybook: { path: "/api/runs", body: { playbook: "update", nodes: ["n1"] }, erases: false },
} as const;
type Deed = keyof typeof deeds;
const names = Object.keys(deeds) as Deed[];

const forbidding = `@id("hands-off")
forbid (principal, action in [Muster::Action::"write", Muster::Action::"delete"], resource) when { context has byHand };`;

async function bench(t: TestContext, deed: Deed, settings: Partial<PolicySettings> = {}) {
  const policy = settings.folders ? loadPolicy({ folders: settings.folders, approvalMode: "policy" }) : ownPolicy(settings.approvalMode);
  let happened = 0;
  const file = written(
    t,
    "all:\n  children:\n    rack3:\n      hosts:\n        n1:\n    worker_nodes:\n      hosts:\n        n1: { old: 1 }\n",
  );
  const textBefore = file.text();
  const served = await serve(
    t,
    {
      inventory: inventoryFor(file.inventory),
      provision: async (node, by) => {
        happened += 1;
        return queuing(served.world).engine.provision(node, by);
      },
      run: (nodes, { name }, purpose, by) => {
        happened += 1;
        return queuing(served.world).engine.run(nodes, { playbook: `playbooks/${name}.yaml`, purpose }, by);
      },
      wake: async () => {
        happened += 1;
        return "woken";
      },
      power: {
        means: () => "command",
        perform: async () => {
          happened += 1;
          return { driver: "command", message: "done" };
        },
      },
      playbooks: () => ({ playbooks: [{ name: "update", does: "updates", readOnly: false, sha256: "0".repeat(64) }], refused: [] }),
    },
    { policy },
  );
  const node = addNode(served.world, deed === "endRescue" ? rescue : ready, "n1");
  const before = JSON.stringify(served.world.nodes.findById(node.id)?.state);
  const route: Route = routes[deed];
  const { path, body } = deeds[deed];
  return {
    served,
    ask: (role: Role, given: object | undefined = body, headers: Record<string, string> = {}) =>
      served.request(path, { method: route.method, key: served.key(role), headers, ...(given && { body: JSON.stringify(given) }) }),
    /** True if the request changed the node or caused any act. */
    touched: () => happened > 0 || file.text() !== textBefore || JSON.stringify(served.world.nodes.findById(node.id)?.state) !== before,
    records: () => new AuditLog(served.world.db).list().toReversed(),
  };
}

const errorOf = ({ body }: { body: unknown }): ErrorBody["error"] => (body as ErrorBody).error;

for (const deed of names) {
  const { body, erases } = deeds[deed];
  const rule = erases ? "erase-by-hand" : /Group|Variable/.test(deed) ? "label-by-hand" : "change-by-hand";

  test(`${deed}: an operator does it, and intent and outcome name the plan and the rule`, async (t) => {
    const { ask, touched, records, served } = await bench(t, deed);
    const { status, text } = await ask("operator");
    assert.ok(status < 300, text);
    assert.ok(touched());
    const [proposal, decision, intent, outcome] = records();
    assert.deepEqual(
      [proposal, decision, intent, outcome].map((record) => record?.action),
      ["proposal", "decision", "intent", "outcome"],
    );
    assert.deepEqual([decision?.rule, intent?.rule, outcome?.rule], [rule, rule, rule]);
    assert.match(intent?.planHash ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual([intent?.planHash, outcome?.planHash], [decision?.planHash, decision?.planHash]);
    assert.equal(intent?.executionId, outcome?.executionId);
    const id = proposal?.subject.replace("plan ", "") ?? "";
    assert.equal(served.world.plans.get(id)?.hash, intent?.planHash);
    assert.equal(served.world.executions.list(10).length, 0);
  });

  if (body && "confirm" in body)
    test(`${deed}: without the typed name nothing is asked and nothing happens`, async (t) => {
      const { ask, touched, records } = await bench(t, deed);
      for (const confirm of [undefined, "n2"]) {
        const { confirm: _, ...rest } = body;
        const answer = await ask("operator", { ...rest, ...(confirm !== undefined && { confirm }) });
        assert.equal(errorOf(answer).code, "REQUEST_INVALID");
      }
      assert.ok(!touched());
      assert.ok(records().every(({ action }) => action !== "decision"));
    });

  for (const role of ["viewer", "agent"] as const)
    test(`${deed}: ${role === "agent" ? "an agent" : "a viewer"} is refused before anything is asked`, async (t) => {
      const { ask, touched, records } = await bench(t, deed);
      const answer = await ask(role);
      assert.deepEqual([answer.status, errorOf(answer).code], [403, "NOT_ALLOWED"]);
      assert.ok(!touched());
      assert.deepEqual(
        records().map(({ action }) => action),
        ["refusal"],
      );
    });

  test(`${deed}: where the approval mode asks for approval it waits, and says for which`, async (t) => {
    const { ask, touched, records, served } = await bench(t, deed, { approvalMode: "changes" });
    const answer = await ask("operator");
    assert.equal(answer.status, 202);
    const { code, message, approvalId } = errorOf(answer);
    assert.equal(code, "APPROVAL_NEEDED");
    assert.equal(message, `waits for approval, by the rule approval-mode-changes: muster approve ${approvalId}`);
    assert.equal(served.world.approvals.get(approvalId ?? "")?.state, "pending");
    assert.ok(!touched());
    assert.deepEqual(
      records().map(({ action }) => action),
      ["proposal", "decision"],
    );
  });

  test(`${deed}: a rule of the site forbids it, and is named`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "muster-hands-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "site.cedar"), forbidding);
    const { ask, touched, records } = await bench(t, deed, { folders: [folder] });
    const answer = await ask("admin");
    assert.deepEqual([answer.status, errorOf(answer).code], [403, "PLAN_DENIED"]);
    assert.match(errorOf(answer).message, /^denied by the rule hands-off/);
    assert.ok(!touched());
    assert.deepEqual(
      records().map(({ action, rule }) => [action, rule]),
      [
        ["proposal", "hands-off"],
        ["refusal", "hands-off"],
      ],
    );
  });
}

test("a machine that was never in service is armed and retired without typing its name", async (t) => {
  const { served } = await bench(t, "armNode");
  const fresh: Node = addNode(served.world, { phase: "accepted" }, "fresh");
  const key = served.key("operator");
  assert.equal((await served.request("/api/nodes/fresh/arm", { method: "POST", key })).status, 200);
  assert.equal((await served.request("/api/nodes/fresh/retire", { method: "POST", key })).status, 200);
  assert.equal(served.world.nodes.findById(fresh.id)?.state.phase, "retired");
});

/** Begins the step as the executor does and requests its act. Resolves when control has answered. */
async function act(served: Served, executionId: string, stepId = "1"): Promise<ActOutcome> {
  const { lab, world } = served;
  const execution = world.executions.get(executionId) ?? assert.fail("no execution");
  lab.desk.receive({ type: "step", executionId, step: { id: stepId, target: execution.steps[0]?.target, status: "running" } });
  const before = lab.told.length;
  lab.desk.receive({ type: "act", executionId, stepId, planHash: execution.planHash });
  return answerAfter(lab, before);
}

async function answerAfter({ told }: DeskLab, before: number): Promise<ActOutcome> {
  for (let turns = 0; turns < 1000; turns++) {
    const answer = told.slice(before).find(({ type }) => type === "acted");
    if (answer?.type === "acted") return answer.outcome;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return assert.fail("control has not answered");
}

test("an approved act is performed for the executor once, in the requester's name", async (t) => {
  const { served, touched, records } = await bench(t, "wipeNode", { approvalMode: "changes" });
  const asking = served.key("operator");
  const asked = () => served.request("/api/nodes/n1/wipe", { method: "POST", key: asking, body: JSON.stringify(deeds.wipeNode.body) });
  const { approvalId } = errorOf(await asked());
  assert.equal(errorOf(await asked()).approvalId, approvalId);
  for (const role of ["operator", "admin"] as const) {
    assert.ok(!touched());
    const key = served.key(role);
    const vote = await served.request(`/api/approvals/${approvalId}/vote`, {
      method: "POST",
      key,
      body: JSON.stringify({ answer: "approve" }),
    });
    assert.equal(vote.status, 200, vote.text);
  }
  const [execution] = served.world.executions.list(1);
  assert.equal(execution?.status, "running");
  const again = await asked();
  assert.deepEqual([again.status, errorOf(again).code], [409, "UNDER_WAY"]);
  assert.match(errorOf(again).message, /^was requested before and is used: muster plan /);
  assert.ok(!touched());
  assert.deepEqual(await act(served, execution?.id ?? ""), { ended: "well", message: "n1 is wiping" });
  assert.ok(touched());
  const [intent, outcome] = records().slice(-2);
  assert.deepEqual([intent?.planHash, outcome?.planHash, outcome?.result], [execution?.planHash, execution?.planHash, "done"]);
  assert.deepEqual([intent?.actor.name, intent?.subject], [execution?.requestedBy, "node n1"]);
  const node = served.world.nodes.findByName("n1") ?? assert.fail("gone");
  const summaries = served.world.events.ofNode(node.id, 0, 100).map(({ summary }) => summary);
  assert.ok(
    summaries.some((summary) => summary.startsWith(`armed for a wipe by ${execution?.requestedBy}:`)),
    summaries.join("\n"),
  );
  await served.request("/api/nodes/n1/disarm", { method: "POST", key: served.key("operator") });
  // A repeated request gets the same answer and causes no second wipe.
  assert.deepEqual(await act(served, execution?.id ?? ""), { ended: "well", message: "n1 is wiping" });
  assert.equal(served.world.nodes.findByName("n1")?.state.phase, "ready");
});

test("an act requested before a machine was in service, without its typed name, is not done in service", async (t) => {
  const { served } = await bench(t, "armNode", { approvalMode: "changes" });
  for (const [name, phase, typed, ended] of [
    ["asked-bare", "ready", undefined, "badly"],
    ["asked-by-name", "ready", "asked-by-name", "well"],
    ["still-bare", "accepted", undefined, "well"],
  ] as const) {
    const node = addNode(served.world, { phase: "accepted" }, name);
    const body = JSON.stringify(typed === undefined ? {} : { confirm: typed });
    const asked = await served.request(`/api/nodes/${name}/arm`, { method: "POST", key: served.key("operator"), body });
    const { approvalId } = errorOf(asked);
    served.world.nodes.save({ ...node, state: phase === "ready" ? ready : { phase } });
    for (const role of ["operator", "admin"] as const)
      await served.request(`/api/approvals/${approvalId}/vote`, {
        method: "POST",
        key: served.key(role),
        body: JSON.stringify({ answer: "approve" }),
      });
    const executionId = served.world.executions.atWork().find((each) => each.approvalId === approvalId)?.id ?? "";
    const outcome = await act(served, executionId);
    assert.equal(outcome.ended, ended, outcome.message);
    if (ended === "badly") assert.match(outcome.message, /asked-bare came into service since this was requested/);
  }
});

test("an impossible act requests no approval: a machine without power control, a worker missing in the inventory", async (t) => {
  const lacking = (code: "POWER_NOT_CONFIGURED" | "NODE_WRONG_PHASE") => () => {
    throw new MusterError(code, "there is none");
  };
  const { request, key, world } = await serve(
    t,
    {
      power: { means: lacking("POWER_NOT_CONFIGURED"), perform: () => assert.fail("switched") },
      requireWorker: lacking("NODE_WRONG_PHASE"),
    },
    { policy: ownPolicy("changes") },
  );
  addNode(world, ready, "n1");
  const ask = (what: string, body: object | undefined) =>
    request(`/api/nodes/n1/${what}`, { method: "POST", key: key("operator"), ...(body && { body: JSON.stringify(body) }) });
  assert.equal(errorOf(await ask("power", deeds.powerNode.body)).code, "POWER_NOT_CONFIGURED");
  assert.equal(errorOf(await ask("promote", undefined)).code, "NODE_WRONG_PHASE");
  assert.deepEqual(world.approvals.list(10), []);
});

test("the refusal of an act that cannot be planned names the sent field", async (t) => {
  const { served } = await bench(t, "rescueNode");
  addNode(served.world, { phase: "discovered" }, "fresh");
  for (let n = 0; n < 5001; n++) addNode(served.world, ready, `hall-${n}`);
  const ask = (path: string, body?: object) =>
    served.request(path, { method: "POST", key: served.key("operator"), ...(body && { body: JSON.stringify(body) }) });
  assert.match(errorOf(await ask("/api/nodes/fresh/rescue")).message, /^node: fresh /);
  assert.match(errorOf(await ask("/api/runs", { playbook: "update", nodes: "all" })).message, /^nodes: more than 5000 steps/);
});

test("the header of earlier executors means nothing: the policy is asked as for any request", async (t) => {
  const { served, ask, touched } = await bench(t, "wakeNode", { approvalMode: "changes" });
  const { approvalId } = errorOf(await ask("operator"));
  const body = JSON.stringify({ answer: "approve" });
  for (const role of ["operator", "admin"] as const)
    await served.request(`/api/approvals/${approvalId}/vote`, { method: "POST", key: served.key(role), body });
  const executionId = served.world.executions.list(1)[0]?.id ?? "";
  served.lab.desk.receive({ type: "step", executionId, step: { id: "1", target: "n1", status: "running" } });
  const answer = await ask("operator", undefined, { "muster-step": `${executionId}/1/${"5e".repeat(32)}` });
  assert.deepEqual([answer.status, errorOf(answer).code], [202, "APPROVAL_NEEDED"]);
  assert.ok(!touched());
});

test("an approved wipe of twelve machines is not held up by the limit of requests", async (t) => {
  const { served } = await bench(t, "wipeNode");
  const nodes = Array.from({ length: 12 }, (_, n) => `hall-${n + 10}`);
  for (const name of nodes) {
    addNode(served.world, ready, name);
    served.lab.groups.set(name, ["dev"]);
  }
  const post = (path: string, key: string, body: object) => served.request(path, { method: "POST", key, body: JSON.stringify(body) });
  const proposed = await post("/api/proposals", served.key("operator"), { goal: { kind: "tool", tool: "wipe" }, targets: nodes });
  const { approval } = proposed.body as Proposed;
  for (const role of ["operator", "admin", "admin"] as const)
    await post(`/api/approvals/${approval?.id}/vote`, served.key(role), { answer: "approve" });
  const executionId = served.world.executions.atWork()[0]?.id ?? assert.fail(proposed.text);
  for (const [index, name] of nodes.entries()) {
    const outcome = await act(served, executionId, String(index + 1));
    assert.deepEqual(outcome, { ended: "well", message: `${name} is wiping` });
  }
});

test("a playbook for all of a large fleet waits as one question that can be answered", async (t) => {
  const { served } = await bench(t, "runPlaybook", { approvalMode: "changes" });
  for (let n = 0; n < 1100; n++) addNode(served.world, ready, `hall-${n}`);
  const body = JSON.stringify({ playbook: "update", nodes: "all" });
  const { approvalId } = errorOf(await served.request("/api/runs", { method: "POST", key: served.key("operator"), body }));
  const answer = { method: "POST", key: served.key("admin"), body: JSON.stringify({ answer: "deny" }) };
  assert.equal((await served.request(`/api/approvals/${approvalId}/vote`, answer)).status, 200);
});
