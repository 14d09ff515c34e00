/** `POST /execute-plan` of the documented API. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import type { PlanExecuted, PlanExecution, Proposed } from "../../../../daemon/contract/changes/change-routes.ts";
import type { Execution } from "../../../../daemon/contract/changes/execution.ts";
import type { Plan, Proposal } from "../../../../daemon/contract/changes/plan.ts";
import { diskUsage, restartSsh } from "../../../support/changes/changes.ts";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { until } from "../../../support/until.ts";

/** Plans first and returns the request to execute, as an orchestrator does. */
async function planned(t: TestContext, proposal: Proposal): Promise<{ served: Served; key: string; request: PlanExecution }> {
  const served = await serve(t);
  served.lab.node("n1", "prod");
  const key = served.key("operator");
  const { body } = await send(served, "/api/proposals", key, { ...proposal, dryRun: true });
  const { work } = body as Proposed;
  return { served, key, request: { execution_id: "e-1", plan: { plan: work.plan, hash: work.hash }, tenant_id: "acme", actor_id: "otto" } };
}

const send = (served: Served, path: string, key: string | undefined, body: object) =>
  served.request(path, { method: "POST", body: JSON.stringify(body), ...(key !== undefined && { key }) });
const execute = (served: Served, key: string | undefined, body: object) => send(served, "/execute-plan", key, body);

/** Reports the end of the execution, as the executor does. */
function ends({ lab }: Served, status: Execution["status"], error?: string): void {
  const told = lab.told.find(({ type }) => type === "execute");
  assert(told?.type === "execute");
  const steps = [{ id: "1", target: "n1", status: status === "succeeded" ? ("succeeded" as const) : ("failed" as const), output: "40%" }];
  lab.desk.receive({ type: "executed", executionId: told.executionId, status, steps, ...(error !== undefined && { error }) });
}

const words = [
  ["succeeded", "success"],
  ["failed", "failed"],
  ["rolled-back", "failed"],
  ["cancelled", "failed"],
  ["timed-out", "failed"],
  ["partial", "partial"],
] as const;
for (const [ours, theirs] of words)
  test(`${ours} is ${theirs} in the documented API`, async (t) => {
    const { served, key, request } = await planned(t, diskUsage("n1"));
    const answering = execute(served, key, request);
    await until("it is begun", () => served.lab.told.length > 0);
    ends(served, ours);
    const { status, body } = await answering;
    const answer = body as PlanExecuted;
    assert.equal(status, 200);
    assert.deepEqual([answer.execution_id, answer.status], ["e-1", theirs]);
    assert.equal(answer.step_results[0]?.output, "40%");
    assert.ok(answer.completed_at);
    assert.equal(answer.error_message === null, theirs === "success");
  });

test("a plan that needs approval is pending until it is approved, and stays the same execution", async (t) => {
  const { served, key, request } = await planned(t, restartSsh("n1"));
  const first = (await execute(served, key, request)).body as PlanExecuted;
  assert.equal(first.status, "pending");
  const approvalId = first.error_details?.approval_id ?? "";
  await send(served, `/api/approvals/${approvalId}/vote`, served.key("operator"), { answer: "approve" });
  ends(served, "succeeded");
  const second = (await execute(served, key, request)).body as PlanExecuted;
  assert.deepEqual([second.status, second.error_details?.plan_id], ["success", first.error_details?.plan_id]);
  assert.equal((await execute(served, key, request)).text, JSON.stringify(second));
  assert.equal(served.lab.told.filter(({ type }) => type === "execute").length, 1);
});

test("the same plan for another tenant or actor is another execution", async (t) => {
  const { served, key, request } = await planned(t, restartSsh("n1"));
  const planOf = async (more: object) =>
    ((await execute(served, key, { ...request, ...more })).body as PlanExecuted).error_details?.plan_id;
  const first = await planOf({});
  await send(served, `/api/approvals/${served.world.approvals.list(1)[0]?.id}/vote`, served.key("operator"), {
    answer: "deny",
    reason: "no",
  });
  assert.equal(await planOf({}), first);
  assert.notEqual(await planOf({ tenant_id: "other" }), first);
});

test("the same plan, tenant and actor with another key is requested in that key's name: callers do not share a request", async (t) => {
  const { served, key, request } = await planned(t, restartSsh("n1"));
  const early = (await execute(served, served.key("agent"), request)).body as PlanExecuted;
  const own = (await execute(served, key, request)).body as PlanExecuted;
  assert.notEqual(own.error_details?.plan_id, early.error_details?.plan_id);
  const vote = await send(served, `/api/approvals/${own.error_details?.approval_id}/vote`, key, { answer: "approve" });
  assert.equal(vote.status, 409, "the requester has no vote, even if another caller requested it first");
});

test("without a key it is 401, with a viewer's 403, and nothing is planned", async (t) => {
  const { served, request } = await planned(t, diskUsage("n1"));
  assert.equal((await execute(served, undefined, request)).status, 401);
  assert.equal((await execute(served, served.key("viewer"), request)).status, 403);
  assert.deepEqual(served.lab.told, []);
});

for (const field of ["execution_id", "plan", "tenant_id", "actor_id"] as const)
  test(`a request without ${field} is 400 and names it`, async (t) => {
    const { served, key, request } = await planned(t, diskUsage("n1"));
    const { [field]: _, ...rest } = request;
    const { status, text } = await execute(served, key, rest);
    assert.equal(status, 400);
    assert.match(text, new RegExp(field));
  });

const tamperings: [what: string, tamper: (plan: Plan) => Plan, rehash: boolean][] = [
  ["another hash", (plan) => ({ ...plan, summary: "nothing to see" }), false],
  ["a step that says it only looks", (plan) => ({ ...plan, steps: plan.steps.map((step) => ({ ...step, risk: "read" })) }), true],
  ["another scope", (plan) => ({ ...plan, targets: plan.targets.map((target) => ({ ...target, scope: "dev" })) }), true],
  ["another address", (plan) => ({ ...plan, targets: plan.targets.map((target) => ({ ...target, address: "10.6.6.6" })) }), true],
  ["a step more", (plan) => ({ ...plan, steps: [...plan.steps, ...plan.steps.map((step) => ({ ...step, id: "2" }))] }), true],
  ["no step", (plan) => ({ ...plan, steps: [] }), true],
];
for (const [what, tamper, rehash] of tamperings)
  test(`a plan with ${what} is 403, on record, and nothing happens`, async (t) => {
    const { served, key, request } = await planned(t, restartSsh("n1"));
    const plan = tamper(request.plan.plan);
    const { status, body } = await execute(served, key, { ...request, plan: { plan, hash: rehash ? digestOf(plan) : request.plan.hash } });
    assert.equal(status, 403);
    assert.equal((body as { error: { code: string } }).error.code, "PLAN_ALTERED");
    assert.equal(served.lab.records("refusal").length, 1);
    assert.deepEqual(served.world.approvals.list(10), []);
    assert.deepEqual(served.lab.told, []);
  });

test("a plan that a rule denies is 403 with the rule's name", async (t) => {
  const { served, key, request } = await planned(t, { ...restartSsh("n1"), readOnly: true });
  const { status, text } = await execute(served, key, request);
  assert.equal(status, 403);
  assert.match(text, /denied by the rule read-only/);
});
