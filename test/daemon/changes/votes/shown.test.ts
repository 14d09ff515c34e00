/**
 * A voter signs the plan that was shown. A daemon that shows one plan and requests a vote on another gets no
 * signature.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openApproval } from "../../../../daemon/changes/approvals/approvals.ts";
import { bindingsOf } from "../../../../daemon/changes/standing.ts";
import { loadCatalogue } from "../../../../daemon/changes/tools/catalogue.ts";
import { isShown } from "../../../../daemon/changes/votes/shown.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { PlannedWork } from "../../../../daemon/contract/changes/plan.ts";
import { ownPolicy } from "../../../support/own-policy.ts";
import { fleet, planned, toolOn } from "../fleet.ts";
import { now } from "./question.ts";

const policy = ownPolicy();
const place = { catalogue: loadCatalogue(), nodes: fleet(), policy };
const ann = { keyId: "k-ann", name: "ann", role: "operator" } as const;
const restart = (unit: string, node = "n1"): PlannedWork => planned(toolOn("service_restart", [node], { unit }), ann, place, now);
const work = restart("ssh.service");
const approval = openApproval(work, bindingsOf(work.plan, policy.version), { decideSeconds: 600, executeSeconds: 300 }, now);

test("the plan of an approval is recognized by its hashes", () => {
  assert.ok(isShown(approval, work));
  assert.ok(isShown(approval, JSON.parse(JSON.stringify(work)) as PlannedWork));
});

const other = restart("nomad.service");
const lies: [what: string, approval: Approval, shown: PlannedWork][] = [
  ["another plan, with the hashes of this one", approval, { ...work, plan: other.plan }],
  ["another plan altogether", approval, { ...other, id: work.id }],
  ["this plan, and asks about another", { ...approval, planHash: other.hash }, work],
  [
    "other previews",
    approval,
    { ...work, plan: { ...work.plan, steps: work.plan.steps.map((step) => ({ ...step, preview: { kind: "none", text: "" } })) } },
  ],
  ["the targets of another", { ...approval, targetsHash: "0".repeat(64) }, work],
  ["another requester", approval, { ...work, requestedBy: "eve" }],
  ["no person behind the agent", { ...approval, onBehalfOf: "eve" }, work],
  ["a plan of another number", approval, { ...work, id: other.id }],
];
for (const [what, asked, shown] of lies) test(`a daemon that shows ${what} is found out`, () => assert.equal(isShown(asked, shown), false));
