/** The order of a plan's steps and its result, for all possible ends of its steps. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { StepResult } from "../../../../daemon/contract/changes/execution.ts";
import type { Plan, PlanStep } from "../../../../daemon/contract/changes/plan.ts";
import { endOfPlan, hasFailed, isUnsure, readySteps, undoing } from "../../../../daemon/executor/executions/order.ts";

const step = (id: string, after: string[], risk: PlanStep["risk"], target: string): PlanStep => ({
  id,
  tool: "make",
  toolDigest: "0".repeat(64),
  method: "local",
  target,
  parameters: {},
  risk,
  scope: "dev",
  after,
  timeoutSeconds: 5,
  expectedSeconds: 1,
  costUsd: 0,
  preview: { kind: "exact", text: "" },
});

/** Each step waits for some earlier steps. Some changes can be undone, and some cannot. */
const plans: fc.Arbitrary<Plan> = fc
  .array(fc.record({ after: fc.nat(255), risk: fc.constantFrom("read", "write"), node: fc.nat(2), undo: fc.boolean() }), {
    minLength: 1,
    maxLength: 7,
  })
  .map((drafts) => {
    const steps = drafts.map(({ after, risk, node }, index) =>
      step(
        String(index + 1),
        drafts.flatMap((_, before) => (before < index && (after >> before) & 1 ? String(before + 1) : [])),
        risk as PlanStep["risk"],
        `n${node}`,
      ),
    );
    const undoable = steps.filter(({ risk }, index) => risk !== "read" && drafts[index]?.undo).toReversed();
    const rollback = undoable.map(({ id, target = "" }, index) => ({ undoes: id, step: step(`r${index + 1}`, [], "write", target) }));
    return {
      version: 1,
      goal: { kind: "tool", tool: "make", parameters: {} },
      summary: "",
      targets: [],
      steps,
      rollback,
      readOnly: false,
      tainted: false,
    };
  });

const ends = fc.infiniteStream(fc.constantFrom("succeeded", "succeeded", "succeeded", "failed", "timed-out", "unknown"));

/** Runs the plan one step at a time. */
function carryOut(plan: Plan, next: () => string) {
  const results = new Map<string, StepResult>();
  const begun: string[] = [];
  const run = (id: string) => {
    begun.push(id);
    results.set(id, { id, status: next() as StepResult["status"] });
  };
  for (
    let ready = readySteps(plan, results, new Set());
    !hasFailed(plan, results) && ready[0];
    ready = readySteps(plan, results, new Set())
  )
    run(ready[0].id);
  if (hasFailed(plan, results) && !isUnsure(plan, results))
    for (const { id } of undoing(plan, results)) {
      run(id);
      if (results.get(id)?.status !== "succeeded") break;
    }
  return { results, begun };
}

test("nothing begins before what it waits for, twice, or after a failure of a plan that changes something; and the outcome says what was left", () => {
  fc.assert(
    fc.property(plans, ends, (plan, stream) => {
      const { results, begun } = carryOut(plan, () => stream.next().value as string);
      assert.equal(new Set(begun).size, begun.length);
      const changing = plan.steps.some(({ risk }) => risk !== "read");
      const failedAt = begun.findIndex((id) => results.get(id)?.status !== "succeeded");
      for (const [index, id] of begun.entries()) {
        const forward = plan.steps.find((each) => each.id === id);
        for (const before of forward?.after ?? []) assert.ok(begun.indexOf(before) < index && begun.includes(before));
        if (changing && failedAt !== -1 && index > failedAt) assert.ok(id.startsWith("r"), `${id} began after a failure`);
      }
      const { status } = endOfPlan(plan, results, undefined);
      const all = [...results.values()];
      if (plan.steps.every(({ id }) => results.get(id)?.status === "succeeded")) assert.equal(status, "succeeded");
      else if (all.some((result) => result.status === "unknown")) assert.equal(status, "unknown");
      else {
        const left = plan.steps.filter(
          ({ id, risk }) =>
            risk !== "read" &&
            results.get(id)?.status === "succeeded" &&
            !plan.rollback.some(({ undoes, step: undo }) => undoes === id && results.get(undo.id)?.status === "succeeded"),
        );
        assert.equal(status === "partial", left.length > 0, status);
        assert.ok(status !== "succeeded");
      }
    }),
    { numRuns: 500 },
  );
});

test("of the steps that are ready each machine gets one, and one at work there none", () => {
  const plan = { steps: [step("1", [], "read", "n1"), step("2", [], "read", "n1"), step("3", [], "read", "n2")] } as unknown as Plan;
  assert.deepEqual(
    readySteps(plan, new Map(), new Set()).map(({ id }) => id),
    ["1", "3"],
  );
  assert.deepEqual(
    readySteps(plan, new Map(), new Set(["n2"])).map(({ id }) => id),
    ["1"],
  );
});

test("a loss of the executor is partial when something had changed, and failed when nothing had", () => {
  const plan = { steps: [step("1", [], "write", "n1"), step("2", ["1"], "write", "n1")], rollback: [] } as unknown as Plan;
  const succeeded: StepResult = { id: "1", status: "succeeded" };
  assert.equal(endOfPlan(plan, new Map([["1", succeeded]]), "lost").status, "partial");
  assert.equal(endOfPlan(plan, new Map(), "lost").status, "failed");
  assert.equal(endOfPlan(plan, new Map([["1", { id: "1", status: "unknown" }]]), "lost").status, "unknown");
  for (const [results, says] of [
    [[succeeded], "done: 1; not begun: 2"],
    [[], "not begun: 1, 2"],
    [[succeeded, { id: "2", status: "unknown" }], "done: 1; cut off: 2"],
    [[succeeded, { id: "2", status: "failed" }], "done: 1; failed: 2"],
  ] as [StepResult[], string][])
    assert.deepEqual(
      endOfPlan(plan, new Map(results.map((result) => [result.id, result])), "lost").error,
      `the executor ended in the middle; no further step was begun; ${says}`,
    );
});
