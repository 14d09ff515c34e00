/** Every case of the shipped table gets its expected answer, and the table covers every rule. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApprovalMode, approvalModes } from "../../../../daemon/changes/policy/approval-mode.ts";
import { loadCases, ownCases, runCase } from "../../../../daemon/changes/policy/cases.ts";
import { loadPolicy, type Policy } from "../../../../daemon/changes/policy/policy.ts";

const cases = loadCases(ownCases);
const policies = new Map<ApprovalMode, Policy>(
  approvalModes.map((approvalMode) => [approvalMode, loadPolicy({ folders: [], approvalMode })]),
);

for (const wanted of cases) {
  test(`${wanted.case}: ${wanted.expect.answer} by ${wanted.expect.rule}`, () => {
    const policy = policies.get(wanted.approvalMode ?? "policy");
    assert.ok(policy);
    const { decision, expected, ok } = runCase(wanted, policy);
    assert.ok(ok, `expected ${JSON.stringify(expected)}, decided ${JSON.stringify(decision)}`);
  });
}

test("the table has at least sixty different cases", () => {
  assert.ok(cases.length >= 60, String(cases.length));
  assert.equal(new Set(cases.map((wanted) => wanted.case)).size, cases.length);
});

test("every rule decides some case", () => {
  const deciding = new Set(cases.map(({ expect }) => expect.rule));
  const idle = [...(policies.get("policy")?.rules ?? [])].map(({ id }) => id).filter((id) => !deciding.has(id));
  assert.deepEqual(idle, []);
});
