/** An executor with valuable files, and the actions of an attacker who has control and the database. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { targetsHashOf } from "../../../../daemon/changes/plans/digests.ts";
import type { Approval } from "../../../../daemon/contract/changes/approval.ts";
import type { PlannedWork, ProposalInput } from "../../../../daemon/contract/changes/plan.ts";
import { type LabNode, PlanLab } from "../../../support/changes/plan-lab.ts";
import { forms } from "./plan-forms.ts";

const nodes: LabNode[] = [
  { name: "d1", group: "dev" },
  { name: "d2", group: "dev" },
  { name: "s1", group: "staging" },
  { name: "p1", group: "prod" },
];

export interface Lab extends PlanLab {
  /** These files must still exist at the end. */
  precious: string;
}

export async function start(t: TestContext, settings: Readonly<Record<string, unknown>> = {}): Promise<Lab> {
  const lab = (await PlanLab.start(t, nodes, forms, {}, settings)) as Lab;
  lab.precious = join(lab.folder, "precious");
  mkdirSync(lab.precious);
  // An attacker who can write to the database can also remove its triggers.
  lab.stores.db.exec("DROP TRIGGER plans_stay; DROP TRIGGER approvals_end; DROP INDEX IF EXISTS executions_by_status;");
  return lab;
}

export const erase = ({ precious }: Lab, node: string): ProposalInput => ({
  goal: { kind: "tool", tool: "erase", parameters: { path: precious } },
  targets: [node],
});
export const note = (lab: Lab, node: string, name = "noted"): ProposalInput => ({
  goal: { kind: "tool", tool: "note", parameters: { path: join(lab.folder, name) } },
  targets: [node],
});

export async function refused(lab: Lab, executionId: string, why: RegExp): Promise<void> {
  const end = await lab.execute(executionId);
  assert(typeof end === "string", JSON.stringify(end));
  assert.match(end, why);
  assert.ok(existsSync(lab.precious));
}

/** Two people who never voted. */
export const forgedVotes = (lab: Lab, work: PlannedWork): Approval => {
  const now = new Date().toISOString();
  const later = new Date(Date.now() + 900_000).toISOString();
  const vote = (by: string, role: "operator" | "admin") => ({
    keyId: `key-of-${by}`,
    by,
    role,
    answer: "approve" as const,
    reason: "",
    at: now,
  });
  const approval: Approval = {
    id: `apr_${randomUUID().replaceAll("-", "").slice(0, 22)}`,
    planId: work.id,
    planHash: work.hash,
    previewHash: work.previewHash,
    policyVersion: lab.policy.version,
    targetsHash: targetsHashOf(work.plan),
    requestedBy: work.requestedBy,
    requesterKeyId: work.requesterKeyId,
    quorum: [],
    votes: [vote("bea", "operator"), vote("cem", "admin")],
    state: "approved",
    createdAt: now,
    decideBy: later,
    executeSeconds: 900,
    executeBy: later,
  };
  lab.stores.approvals.add(approval);
  return approval;
};
