import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { matching } from "../../../../daemon/changes/plans/matching.ts";
import { ourRunbooks, type Runbook, readRunbooks } from "../../../../daemon/changes/plans/runbook.ts";
import { digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import { Plan } from "../../../../daemon/contract/changes/plan.ts";
import { plan, runbook, world } from "./fleet.ts";

/** Hashes of earlier plans. Every change of planner, form or runbook shows here, intended or not. */
const goldenFile = join(import.meta.dirname, "golden-hashes.json");
const golden: Record<string, { looking: string; changing: string }> = JSON.parse(readFileSync(goldenFile, "utf8"));
const runbooks = world.runbooks.list();

/** Default values, and the examples of parameters without a default. */
function given({ parameters }: Runbook, switches: boolean): Record<string, string | number | boolean> {
  return Object.fromEntries(
    parameters.flatMap(({ name, type, required, example }) =>
      type === "boolean" ? [[name, switches]] : required && example !== undefined ? [[name, example]] : [],
    ),
  );
}

const plans = (one: Runbook) =>
  [false, true].map((switches) => plan({ goal: runbook(one.name, given(one, switches)), targets: ["n1", "n2"] })) as [Plan, Plan];

test("all runbooks can be read, for at least twelve kinds of incident", () => {
  assert.deepEqual(readRunbooks([ourRunbooks], world.catalogue).faults, []);
  assert.ok(runbooks.length >= 12);
});

for (const one of runbooks)
  test(`${one.name} plans, and its plans are those of the golden hashes`, () => {
    const [looking, changing] = plans(one);
    assert.deepEqual(Plan.parse(changing), changing);
    const hashes = { looking: digestOf(looking), changing: digestOf(changing) };
    if (process.env.MUSTER_WRITE_GOLDEN) {
      golden[one.name] = hashes;
      writeFileSync(goldenFile, `${JSON.stringify(golden, null, 2)}\n`);
    } else assert.deepEqual(hashes, golden[one.name], "run this test with MUSTER_WRITE_GOLDEN=1 if the change is meant");
  });

/** By their names, or because they run a playbook in check mode, which tasks can opt out of. */
const alwaysChanging = ["killed-service", "needs-restart", "stopped-service", "drifted-node"];
for (const one of runbooks)
  test(`${one.name} ${alwaysChanging.includes(one.name) ? "counts as a change" : "changes nothing unless it is asked to"}`, () => {
    const [looking] = plans(one);
    assert.equal(
      looking.steps.some(({ risk }) => risk !== "read"),
      alwaysChanging.includes(one.name),
    );
    assert.ok(looking.steps.every(({ risk }) => risk !== "delete"));
  });

test("every golden hash is a runbook's", () => {
  assert.deepEqual(Object.keys(golden).toSorted(), runbooks.map(({ name }) => name).toSorted());
});

for (const [symptom, name] of [
  ["slow", "slow-node"],
  ["full-disk", "full-disk"],
  ["hot", "hot-node"],
  ["unreachable", "unreachable-node"],
  ["flapping", "flapping-node"],
  ["high-cpu", "high-cpu"],
  ["memory-pressure", "memory-pressure"],
  ["failed-service", "failed-service"],
  ["time-skew", "time-skew"],
  ["package-trouble", "package-trouble"],
  ["risky-exposure", "risky-exposure"],
  ["idle", "idle-machines"],
  ["failing-disk", "failing-disk"],
] as const)
  test(`the symptom ${symptom} finds ${name}`, () => {
    assert.deepEqual(
      matching(world.runbooks, { symptoms: [symptom] }).map((found) => found.name),
      [name],
    );
  });

test("the most specific trigger comes first, and an incident that fits none finds nothing", () => {
  const found = matching(world.runbooks, { intent_type: "investigate", resource_type: "node", symptoms: ["hot"] }).map(({ name }) => name);
  assert.deepEqual(found, ["hot-node", "slow-node"]);
  assert.deepEqual(matching(world.runbooks, { symptoms: ["haunted"] }), []);
});

test("an unreachable node is checked from outside, in any phase", () => {
  const made = plan({ goal: runbook("unreachable-node", { wake: true }), targets: ["fresh"] });
  assert.ok(made.steps.every(({ method }) => method === "local" || method === "http" || method === "act"));
});

test("a runbook's own rollback replaces the tool's", () => {
  const made = plan({ goal: runbook("stopped-service", { unit: "cron.service" }), targets: ["n1"] });
  assert.deepEqual(
    made.rollback.map(({ undoes, step }) => [undoes, step.tool]),
    [["2", "service_start"]],
  );
});

const wrong = `name: noisy
description: A node is loud.
triggers: [{symptom: noisy}]
parameters:
  - {name: quiet, description: x}
steps:
  - id: look
    tool: load
    parameters: {unit: x}
  - id: hush
    tool: service_stop
    after: [later]
    when: quiet
  - id: later
    tool: service_start
    parameters: {unit: "{unit}"}
rollback:
  - {undoes: nothing, tool: load}
success:
  - {step: peace, means: it is quiet}
`;

test("every fault of a runbook is reported with its line", () => {
  const place = mkdtempSync(join(tmpdir(), "muster-runbooks-"));
  try {
    writeFileSync(join(place, "noisy.yaml"), wrong);
    assert.deepEqual(
      readRunbooks([place], world.catalogue).faults.map(({ line, problem }) => `${line} ${problem}`),
      [
        "9 steps.0.parameters.unit: load has no such parameter",
        "11 steps.1.tool: service_stop needs unit",
        "12 steps.1.after: there is no earlier step later",
        "13 steps.1.when: quiet is not a boolean parameter of the runbook",
        "16 steps.2.parameters.unit: {unit} is not a parameter of the runbook",
        "18 rollback.0.undoes: there is no step nothing",
        "20 success.0.step: there is no step peace",
      ],
    );
  } finally {
    rmSync(place, { recursive: true });
  }
});
