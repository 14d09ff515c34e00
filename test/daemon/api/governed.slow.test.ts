/** Every route that changes something: the policy decides about it, or an exception below states why it does not. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadPolicy, type Policy } from "../../../daemon/changes/policy/policy.ts";
import type { ErrorBody, Route } from "../../../daemon/contract/route.ts";
import { type RouteName, routes } from "../../../daemon/contract/routes.ts";
import { performOwnAct } from "../../../daemon/machines/acts/own-acts.ts";
import { inventoryFor } from "../../../daemon/machines/inventory/editing.ts";
import { followReleases } from "../../../daemon/netboot/dhcp/lease-releases.ts";
import { ownActs } from "../../../daemon/processes/control/own-acts.ts";
import { catalogue } from "../../support/changes/changes.ts";
import { type Served, serve } from "../../support/dhcp/served.ts";
import { silentLog } from "../../support/log.ts";
import { actPorts } from "../../support/machines/act-ports.ts";
import { written } from "../../support/machines/inventory-file.ts";
import { ownPolicy } from "../../support/own-policy.ts";
import { queuing } from "../../support/queuing.ts";
import { requests } from "../../support/requests.ts";
import { until } from "../../support/until.ts";

/** The routes that change something without a decision of the policy, with the reason. */
const exceptions: Partial<Record<RouteName, string>> = {
  login: "begins a session and changes nothing else",
  logout: "ends the caller's own session",
  propose: "asks the policy itself",
  executePlan: "asks the policy itself",
  voteApproval: "is the answer that the policy asked for",
  withdrawApproval: "takes back a request, so less happens",
  resumeExecution: "asks the policy itself, about the remaining steps",
  cancelExecution: "stops an execution, so less happens",
  addSchedule: "does nothing itself, and the policy decides about each run of the schedule",
  approveSchedule: "is the answer of an admin that each run of the schedule needs",
  removeSchedule: "ends future runs, so less happens",
  createKey: "decides who may act at all, so only an admin may",
  revokeKey: "decides who may act at all, so only an admin may",
  eraseFromAudit: "removes the name of a person from the audit, so only an admin may",
  callHome: "is the report of a machine, and its token is the permission",
};

const entries = Object.entries(routes) as [RouteName, Route][];
const governed = entries.filter(([, { byHand }]) => byHand);

test("each route that changes something is governed by a tool or is an exception, and never both", () => {
  for (const [name, { method, byHand }] of entries) {
    const ways = [method === "GET", byHand !== undefined, exceptions[name] !== undefined].filter(Boolean).length;
    assert.equal(ways, 1, `${name}: name the tools in byHand, or state the reason in the exceptions`);
  }
});

test("each tool of a route has a form, and each of Muster's own actions can be done by hand", () => {
  const tools = governed.flatMap(([, { byHand }]) => byHand ?? []);
  const forms = catalogue.list();
  for (const tool of tools) assert.ok(catalogue.has(tool), tool);
  for (const { name, method } of forms) if (method === "act") assert.ok(tools.includes(name), `${name} has no route`);
});

/** A site that wants a second person for each manual action. */
function secondPerson(t: TestContext): Policy {
  const folder = mkdtempSync(join(tmpdir(), "muster-governed-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, "site.cedar"),
    '@id("two-people") @quorum("operator:1")\nforbid (principal, action, resource) when { context has byHand } unless { context.approved };',
  );
  return loadPolicy({ folders: [folder], approvalMode: "policy" });
}

async function bench(t: TestContext, policy: Policy) {
  let effects = 0;
  const effect = <T>(answer: T): T => {
    effects += 1;
    return answer;
  };
  const inventory = {
    ...inventoryFor(written(t).inventory),
    after: () => () => [],
    has: () => true,
    change: async () => effect(undefined),
  };
  const parts = () => {
    const { engine } = queuing(served.world);
    return {
      inventory,
      provision: async (node: Parameters<typeof engine.provision>[0], by: string) => effect(engine.provision(node, by)),
      cancel: (id: string, by: string) => effect(engine.cancel(id, by)),
      wake: async () => effect("woken"),
      promote: async () => effect(undefined),
      power: { means: () => "command", perform: async () => effect({ driver: "command" as const, message: "switched" }) },
    };
  };
  const served: Served = await serve(
    t,
    {
      ...{ inventory, wake: async () => effect("woken") },
      power: { means: () => "command", perform: async () => effect({ driver: "command" as const, message: "switched" }) },
      limits: { sensitive: 1000, normal: 1000, reading: 1000 },
      provision: (node, by) => parts().provision(node, by),
      cancel: (id, by) => parts().cancel(id, by),
      playbooks: () => ({ playbooks: [{ name: "look", does: "Looks.", readOnly: false, sha256: "0" }], refused: [] }),
      run: (nodes, { name }, purpose, by) => effect(queuing(served.world).engine.run(nodes, { playbook: `${name}.yaml`, purpose }, by)),
    },
    { policy, limit: 1000, act: (act) => performOwnAct(ownActs(actPorts(served.world, parts()).ports), act) },
  );
  const { leases } = served.world;
  const releases = followReleases({ leases, pools: () => [], settled: async () => undefined, log: silentLog }, 10);
  t.after(() => releases.close());
  /** Everything that an action may change. Plans, approvals and their events may appear without any effect. */
  const records = () => {
    const tables = ["nodes", "jobs", "racks", "node_places", "quirks", "node_tokens", "enrol_tokens", "claims", "leases", "lease_releases"];
    return JSON.stringify([effects, ...tables.map((table) => served.world.db.prepare(`SELECT * FROM ${table}`).all())]);
  };
  const ask = async (name: RouteName) => {
    const { path, body } = requests[name](served);
    const before = records();
    const key = served.key("operator");
    const answer = await served.request(path, { method: routes[name].method, key, ...(body && { body: JSON.stringify(body) }) });
    return { ...answer, error: (answer.body as Partial<ErrorBody>).error, changed: () => records() !== before };
  };
  return { served, ask };
}

test("an operator does every manual action on nodes of no group alone", async (t) => {
  const { ask } = await bench(t, ownPolicy());
  for (const [name, { status = 200 }] of governed) {
    const answer = await ask(name);
    assert.equal(answer.status, status, `${name}: ${answer.text}`);
    assert.ok(!answer.error, `${name}: ${answer.text}`);
  }
});

test("where a rule asks for a second person, each action waits, and control performs it after the approval", async (t) => {
  const { ask, served } = await bench(t, secondPerson(t));
  const { world, lab } = served;
  for (const [name, { byHand }] of governed) {
    const { status, text, error, changed } = await ask(name);
    assert.deepEqual([status, error?.code], [202, "APPROVAL_NEEDED"], `${name}: ${text}`);
    assert.match(error?.message ?? "", /^waits for approval, by the rule two-people: muster approve apr_/, name);
    assert.ok(!changed(), `${name} changed something before the approval`);
    const approvalId = error?.approvalId ?? "";
    const work = world.plans.existing(world.approvals.get(approvalId)?.planId ?? "");
    const [step] = work.plan.steps;
    assert.ok(byHand?.includes(step?.tool ?? ""), `${name} asked about ${step?.tool}`);

    for (const role of ["operator", "admin"] as const) {
      if (world.approvals.get(approvalId)?.state !== "pending") continue;
      const vote = { method: "POST", key: served.key(role), body: JSON.stringify({ answer: "approve" }) };
      assert.equal((await served.request(`/api/approvals/${approvalId}/vote`, vote)).status, 200);
    }
    if (step?.method !== "act") continue; // the executor runs a playbook itself
    const execution = world.executions.list(200).find((each) => each.approvalId === approvalId) ?? assert.fail(`${name}: no execution`);
    const executionId = execution.id;
    lab.desk.receive({ type: "step", executionId, step: { id: "1", ...(step.target && { target: step.target }), status: "running" } });
    const before = lab.told.length;
    lab.desk.receive({ type: "act", executionId, stepId: "1", planHash: execution.planHash });
    const outcome = () => lab.told.slice(before).flatMap((message) => (message.type === "acted" ? [message.outcome] : []))[0];
    await until("the act has an outcome", () => outcome() !== undefined);
    assert.equal(outcome()?.ended, "well", `${name}: ${JSON.stringify(outcome())}`);
    if (name !== "leaveGroup") assert.ok(changed() || name === "unplaceNode" || name === "replaceMachine", `${name} changed nothing`);
  }
});

/** The manual actions that a node of the group prod allows one operator alone. All others wait or are denied. */
const freeInProd: readonly RouteName[] = [
  ...["addNode", "acceptNode", "forgetNodes", "saveRack", "removeRack", "placeNode", "unplaceNode", "revokeToken"],
  ...["releaseQuarantine", "discardQuarantine", "releaseAddress", "cancelJob", "disarmNode"],
] as RouteName[];

test("on a node of prod, an operator alone only changes records and stops work", async (t) => {
  const { ask, served } = await bench(t, ownPolicy());
  served.lab.groups.get = () => ["prod"];
  for (const [name] of governed) {
    const { status, error, text, changed } = await ask(name);
    const alone = error === undefined && status < 300;
    assert.equal(alone, freeInProd.includes(name), `${name}: ${text}`);
    if (alone) continue;
    assert.match(error?.code ?? "", /^(APPROVAL_NEEDED|PLAN_DENIED)$/, `${name}: ${text}`);
    assert.ok(!changed(), name);
  }
});

test("no approval mode delays an action that only stops something", async (t) => {
  const { ask } = await bench(t, ownPolicy("everything"));
  const alone: RouteName[] = [];
  for (const [name] of governed) if ((await ask(name)).error === undefined) alone.push(name);
  assert.deepEqual(alone.sort(), ["cancelJob", "disarmNode", "discardQuarantine", "revokeToken"]);
});

test("a token that waits for approval is shown to the requester only, and is valid from the approval on", async (t) => {
  const { ask, served } = await bench(t, secondPerson(t));
  const { error } = await ask("createToken");
  const token = error?.secret ?? "";
  assert.match(token, /^mt_\S{30,}$/);
  assert.equal(served.world.tokens.look(token, new Date()).kind, "unknown");
  const stored = ["plans", "approvals", "events", "audit"].map((table) =>
    JSON.stringify(served.world.db.prepare(`SELECT * FROM ${table}`).all()),
  );
  assert.ok(stored.every((text) => !text.includes(token)));
});
