/** Plans with Muster's own acts at the real executor: it checks and begins each step, and control performs it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { previewHashOf } from "../../../../daemon/changes/plans/digests.ts";
import { digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import { loadCatalogue, ourTools } from "../../../../daemon/changes/tools/catalogue.ts";
import type { ActOutcome, ActRequest } from "../../../../daemon/contract/changes/execution-messages.ts";
import type { Plan, PlannedWork } from "../../../../daemon/contract/changes/plan.ts";
import type { FromExecutor } from "../../../../daemon/contract/executor-protocol.ts";
import { ExecutionRecord } from "../../../../daemon/executor/executions/record.ts";
import { PlanLab } from "../../../support/changes/plan-lab.ts";

type Executed = Extract<FromExecutor, { type: "executed" }>;

const start = (t: TestContext) => PlanLab.start(t, [{ name: "n1", group: "dev" }], {});
const wake = (lab: PlanLab): PlannedWork => lab.plan({ goal: { kind: "tool", tool: "wake", parameters: {} }, targets: ["n1"] });

/** Begins the plan, and waits for the request to control. */
async function asked(lab: PlanLab, work: PlannedWork): Promise<ActRequest> {
  lab.send({ type: "execute", executionId: lab.begin(work, lab.approve(work)) });
  return lab.until<ActRequest>("a request for the act", ({ type }) => type === "act");
}

const answer = (lab: PlanLab, { executionId, stepId }: ActRequest, outcome: ActOutcome) =>
  lab.send({ type: "acted", executionId, stepId, outcome });

const end = (lab: PlanLab) => lab.until<Executed>("an end", ({ type }) => type === "executed");

for (const [ended, step, status] of [
  ["well", "succeeded", "succeeded"],
  ["badly", "failed", "failed"],
  ["unknown", "unknown", "unknown"],
] as const)
  test(`control's answer is the end of the step: ${ended}`, async (t) => {
    const lab = await start(t);
    // An earlier version left this file. Nothing reads it.
    lab.secret("muster_key", "mk_canary_0123456789abcdef");
    const work = wake(lab);
    const request = await asked(lab, work);
    assert.deepEqual(request, { type: "act", executionId: request.executionId, stepId: "1", planHash: work.hash });
    const before = lab.messages.slice(0, lab.messages.indexOf(request));
    assert.ok(before.some((message) => message.type === "step" && message.step.status === "running"));
    answer(lab, request, { ended, message: "n1 was woken" });
    const executed = await end(lab);
    assert.deepEqual([executed.status, executed.steps[0]?.status], [status, step]);
    assert.equal(ended === "well" ? executed.steps[0]?.output : executed.steps[0]?.error, "n1 was woken");
    assert.ok(!`${JSON.stringify(lab.messages)}${lab.log()}`.includes("mk_canary"));
  });

test("a lost connection: the request is repeated on the next one, after the step", async (t) => {
  const lab = await start(t);
  const request = await asked(lab, wake(lab));
  await lab.connect();
  const again = await lab.until<ActRequest>("the request again", ({ type }) => type === "act");
  assert.deepEqual(again, request);
  const types = lab.messages.map(({ type }) => type);
  assert.ok(types.indexOf("step") < types.indexOf("act"), types.join(", "));
  answer(lab, request, { ended: "well", message: "done" });
  answer(lab, request, { ended: "badly", message: "a second answer" });
  assert.equal((await end(lab)).status, "succeeded");
});

test("an executor that ends after it asked: the end is unknown, and the next one does not ask again", async (t) => {
  const lab = await start(t);
  await asked(lab, wake(lab));
  await lab.leaveExecutor();
  await lab.startExecutor();
  const executed = await end(lab);
  assert.deepEqual([executed.status, executed.steps[0]?.status], ["unknown", "unknown"]);
  assert.ok(lab.messages.every(({ type }) => type !== "act"));
});

test("control is not asked for what the executor does not let begin", async (t) => {
  const lab = await start(t);
  const work = lab.plan({ goal: { kind: "tool", tool: "wipe", parameters: {} }, targets: ["n1"] });
  const reason = await lab.execute(lab.begin(work));
  assert.equal(reason, "it needs approval, and none came with it");
  assert.ok(lab.messages.every(({ type }) => type !== "act"));
});

/** The same plan, made by a version that called control over HTTP. */
function before(lab: PlanLab): PlannedWork {
  const work = wake(lab);
  const [step] = work.plan.steps;
  assert.ok(step);
  const old = { ...step, method: "http" as const, toolDigest: digestOf("the form of then") };
  const preview = { kind: "exact" as const, text: "POST muster:/api/nodes/n1/wake" };
  const plan: Plan = { ...work.plan, steps: [{ ...old, preview }] };
  const made = { ...work, id: crypto.randomUUID(), plan, hash: digestOf(plan), previewHash: previewHashOf(plan) };
  lab.stores.plans.add(
    made,
    { goal: plan.goal, targets: ["n1"], reason: "", readOnly: false, tainted: false },
    digestOf("a proposal of then"),
  );
  return made;
}

test("a plan that was approved before the upgrade is refused, and says to propose it again", async (t) => {
  const lab = await start(t);
  const work = before(lab);
  const reason = await lab.execute(lab.begin(work, lab.approve(work)));
  assert.equal(reason, "step 1: the form of wake was changed since it was planned; propose it again");
  assert.ok(lab.messages.every(({ type }) => type !== "act"));
});

test("a step that was calling control when the executor was upgraded: its end is unknown", async (t) => {
  const lab = await start(t);
  await lab.leaveExecutor();
  const work = before(lab);
  const executionId = lab.begin(work);
  const at = new Date().toISOString();
  const record = ExecutionRecord.create(`${lab.data.executor}/executions`, { executionId, planHash: work.hash, plan: work.plan, at });
  record.save({ id: "1", target: "n1", status: "running", startedAt: at });
  await lab.startExecutor();
  const executed = await end(lab);
  assert.deepEqual([executed.status, executed.steps[0]?.status], ["unknown", "unknown"]);
  assert.ok(lab.messages.every(({ type }) => type !== "act"));
});

test("no form of Muster's own calls control over HTTP", () => {
  assert.ok(!JSON.stringify(loadCatalogue([ourTools]).list()).includes("muster:"));
});
