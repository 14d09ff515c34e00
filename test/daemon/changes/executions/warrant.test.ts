/** Tests the executor's own check: it refuses every plan that is not exactly the one that was decided. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { castVote, isRefusal, openApproval, use } from "../../../../daemon/changes/approvals/approvals.ts";
import { checkWarrant, type Papers, type WarrantWorld } from "../../../../daemon/changes/executions/warrant.ts";
import type { KnownNode } from "../../../../daemon/changes/plans/targets.ts";
import { bindingsOf } from "../../../../daemon/changes/standing.ts";
import { catalogueOf, loadCatalogue } from "../../../../daemon/changes/tools/catalogue.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { PlannedWork } from "../../../../daemon/contract/changes/plan.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { ownPolicy } from "../../../support/own-policy.ts";
import { fleet, type Place, planned, toolOn } from "../fleet.ts";

const now = new Date("2026-11-21T10:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const alice = { keyId: "k-alice", name: "alice", role: "operator" } as const;
const policy = ownPolicy();
const place: Place = { catalogue: loadCatalogue(), nodes: fleet(), policy };
const restart = toolOn("service_restart", ["n1"], { unit: "ssh.service" });

function approved(work: PlannedWork): Approval {
  const asked = openApproval(work, bindingsOf(work.plan, policy.version), { decideSeconds: 600, executeSeconds: 300 }, now);
  const voted = castVote(asked, { keyId: "k-bob", by: "bob", role: "operator", answer: "approve", reason: "" }, later(10));
  assert.ok(!isRefusal(voted));
  const used = use(voted, bindingsOf(work.plan, policy.version), later(20));
  assert.ok(!isRefusal(used));
  return used;
}

const executionOf = (work: PlannedWork, approval?: Approval): Papers["execution"] => ({
  id: "8d4a3f35-93a1-4f0e-8a59-0d6f5dca2c11",
  planId: work.id,
  planHash: work.hash,
  status: "running",
  ...(approval && { approvalId: approval.id }),
});

function papers(work = planned(restart, alice, place, now)): Required<Papers> & { approval: Approval } {
  const approval = approved(work);
  return { execution: executionOf(work, approval), work, approval };
}

const world = (change: Partial<WarrantWorld> = {}, nodes: readonly KnownNode[] = place.nodes): WarrantWorld => ({
  now: later(30),
  catalogue: place.catalogue,
  policy,
  node: (name) => nodes.find((node) => node.name === name),
  begun: () => false,
  voting: { required: false, voters: [] },
  executeSeconds: 300,
  ...change,
});
const reason = (claims: Papers, where = world()): string => {
  const warrant = checkWarrant(claims, where);
  return warrant.ok ? "begun" : warrant.reason;
};
const without = (name: string, change: Partial<KnownNode>): KnownNode[] =>
  fleet().map((node) => (node.name === name ? { ...node, ...change } : node));

test("a manual action is not trusted: the executor cannot verify it", () => {
  const hand = { ...alice, byHand: { confirmed: true, inService: true } };
  const work = planned(toolOn("wipe", ["n2"]), hand, place, now);
  assert.equal(work.decision.answer, "allow");
  assert.equal(reason({ execution: executionOf(work), work }), "it needs approval, and none came with it");
  const asked = { ...work, decision: { ...work.decision, quorum: [{ role: "operator" as const, count: 1 }] } };
  assert.equal(reason(papers(asked)), "begun");
});

test("an approved plan is begun", () => {
  assert.equal(reason(papers()), "begun");
});

test("a read-only plan begins without an approval", () => {
  const work = planned(toolOn("disk_usage", ["n1", "n2"]), alice, place, now);
  assert.equal(reason({ execution: executionOf(work), work }), "begun");
});

test("a change in prod without its approval record is refused", () => {
  const { work, execution } = papers();
  assert.equal(reason({ work, execution }), "it needs approval, and none came with it");
  assert.equal(reason({ ...papers(), execution: executionOf(work) }), "the execution belongs to another plan");
});

test("a plan altered after it was approved is refused", () => {
  const claims = papers();
  const [step] = claims.work.plan.steps;
  assert.ok(step);
  const plan = { ...claims.work.plan, steps: [{ ...step, parameters: { unit: "nomad.service" } }] };
  assert.match(reason({ ...claims, work: { ...claims.work, plan } }), /^the plan is not the one that was decided/);
});

test("a plan altered and hashed again is refused for its previews, and has no approval", () => {
  const claims = papers();
  const [step] = claims.work.plan.steps;
  assert.ok(step);
  const forged = (change: Partial<typeof step>): Papers => {
    const plan = { ...claims.work.plan, steps: [{ ...step, ...change }] };
    const { planHash, previewHash } = bindingsOf(plan, policy.version);
    const work = { ...claims.work, plan, hash: planHash, previewHash };
    return { ...claims, work, execution: { ...claims.execution, planHash } };
  };
  assert.match(reason(forged({ parameters: { unit: "nomad.service" } })), /^step 1: its preview is not what service_restart gives/);
  assert.match(reason(forged({ risk: "read" })), /^step 1: its risk is not what service_restart gives with these values: "write"/);
  assert.match(reason(forged({ scope: "dev" })), /^step 1: its scope is not what service_restart gives with these values: "prod"/);
  assert.match(reason(forged({ parameters: { unit: "--root=/x" } })), /^step 1: /);
  assert.equal(reason(forged({ target: "n2" })), "step 1: n2 is no target of the plan");
  assert.equal(reason(forged({ tool: "nothing" })), "step 1: there is no tool nothing");
  assert.equal(reason(forged({ after: ["1"] })), "the plan changed since it was approved; propose it again");
});

test("a plan is refused if its playbook or a role of it changed", () => {
  const forms = place.catalogue.list();
  const reading = (content: string, readOnly = false) => catalogueOf(forms, () => ({ content: content.repeat(64), readOnly }));
  const proposal = toolOn("playbook_run", ["n1"], { playbook: "update" });
  const claims = papers(planned(proposal, alice, { ...place, catalogue: reading("a") }, now));
  assert.equal(claims.work.plan.steps[0]?.content, "a".repeat(64));
  assert.equal(reason(claims, world({ catalogue: reading("a") })), "begun");
  assert.match(reason(claims, world({ catalogue: reading("b") })), /its playbook, or what it uses, was changed since it was planned$/);
  const gone = catalogueOf(forms, () => {
    throw new MusterError("PLAYBOOK_NOT_FOUND", "there is no playbook update");
  });
  assert.match(reason(claims, world({ catalogue: gone })), /there is no playbook update$/);
});

test("a plan is refused if it ran without approval and its playbook's header is no longer read-only", () => {
  const forms = place.catalogue.list();
  const work = planned(
    toolOn("playbook_run", ["n1"], { playbook: "look" }),
    alice,
    { ...place, catalogue: catalogueOf(forms, () => ({ content: "a".repeat(64), readOnly: true })) },
    now,
  );
  assert.equal(work.decision.answer, "allow");
  const changes = catalogueOf(forms, () => ({ content: "a".repeat(64), readOnly: false }));
  assert.match(reason({ execution: executionOf(work), work }, world({ catalogue: changes })), /its risk is not what playbook_run gives/);
});

test("a tool whose form changed is refused", () => {
  const forms = place.catalogue.list().map((form) => (form.name === "service_restart" ? { ...form, timeoutSeconds: 999 } : form));
  assert.equal(
    reason(papers(), world({ catalogue: catalogueOf(forms) })),
    "step 1: the form of service_restart was changed since it was planned; propose it again",
  );
});

for (const [what, nodes, told] of [
  ["another machine under the same name", without("n1", { id: "id-9" }), "n1 is not the machine it was"],
  ["a machine that is gone", fleet().slice(1), "n1 is not the machine it was"],
  ["another address", without("n1", { address: "10.0.0.99" }), "n1 has another address now"],
  ["another group", without("n1", { groups: ["staging"] }), "n1 is in staging now, not in prod"],
] as const) {
  test(`${what} is refused`, () => assert.equal(reason(papers(), world({}, nodes)), told));
}

test("an approval is valid until its deadline, by the executor's own clock", () => {
  assert.equal(reason(papers(), world({ now: later(309) })), "begun");
  assert.equal(reason(papers(), world({ now: later(310) })), "its approval expired before it was begun");
});

test("nothing begins twice: no execution, no second one with the same approval, and none that ended", () => {
  const claims = papers();
  assert.equal(reason(claims, world({ begun: (id) => id === claims.execution.id })), "this execution was begun already");
  assert.equal(reason(claims, world({ begun: (id) => id === claims.approval.id })), "its approval was used already");
  for (const status of ["succeeded", "failed", "cancelled", "unknown"] as const)
    assert.equal(reason({ ...claims, execution: { ...claims.execution, status } }), `this execution is ${status} already`);
});

test("a delete in prod is refused with any approval", () => {
  const work = planned(toolOn("arm", ["n1"]), { ...alice, role: "admin" }, place, now);
  assert.equal(work.decision.rule, "delete-in-prod");
  const asked = { ...work, decision: { ...work.decision, quorum: [{ role: "operator" as const, count: 1 }] } };
  assert.equal(reason(papers(asked)), "denied by the rule delete-in-prod");
});

test("the executor uses its own policy: if it is stricter, a plan that control allowed needs approval", () => {
  const work = planned(toolOn("service_restart", ["n2"], { unit: "ssh.service" }), alice, place, now);
  assert.equal(work.decision.answer, "allow");
  assert.equal(reason({ execution: executionOf(work), work }), "begun");
  const strict = ownPolicy("changes");
  assert.equal(reason({ execution: executionOf(work), work }, world({ policy: strict })), "it needs approval, and none came with it");
  assert.equal(reason(papers(), world({ policy: strict })), "the policy changed since it was approved; propose it again");
});

for (const [what, change, told] of [
  ["without votes", { votes: [] }, "its approval lacks votes"],
  [
    "with the requester's own vote",
    { votes: [{ keyId: "k-alice", by: "alice", role: "operator", answer: "approve", reason: "", at: later(5).toISOString() }] },
    "its approval lacks votes",
  ],
  [
    "with a vote that came too late",
    { votes: [{ keyId: "k-bob", by: "bob", role: "operator", answer: "approve", reason: "", at: later(601).toISOString() }] },
    "its approval lacks votes",
  ],
  ["with an empty quorum", { quorum: [], votes: [] }, "its approval lacks votes"],
  [
    "that a person denied",
    { votes: [{ keyId: "k-bob", by: "bob", role: "operator", answer: "deny", reason: "", at: later(5).toISOString() }] },
    "a person denied it",
  ],
  ["that is only waiting", { state: "pending" }, "its approval is pending, not approved"],
  ["that names another requester", { requestedBy: "zoe", requesterKeyId: "k-zoe" }, "its approval names another requester"],
  ["of another plan", { planId: "00000000-0000-4000-8000-000000000000" }, "its approval belongs to another plan"],
] as const) {
  test(`an approval ${what} is refused`, () => {
    const claims = papers();
    assert.equal(reason({ ...claims, approval: { ...claims.approval, ...change } as Approval }), told);
  });
}

test("an approval with a smaller quorum than the policy's is counted by the policy", () => {
  const work = planned(toolOn("arm", ["n2"]), alice, place, now);
  assert.deepEqual(work.decision.quorum, [
    { role: "operator", count: 1 },
    { role: "admin", count: 1 },
  ]);
  const fewer = { ...work, decision: { ...work.decision, quorum: [{ role: "operator" as const, count: 1 }] } };
  const approval = approved(fewer);
  assert.equal(reason({ execution: executionOf(work, approval), work, approval }), "its approval lacks votes");
});
