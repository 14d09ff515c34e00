/** Plans for tests of approvals and executions. They are valid by the contract, but do nothing. */
import { createHash } from "node:crypto";
import type { Bindings } from "../../../daemon/changes/approvals/approvals.ts";
import type { Digest, Plan, PlannedWork, PlanStep, QuorumGroup } from "../../../daemon/contract/changes/plan.ts";

export const hashOf = (text: string): Digest => createHash("sha256").update(text).digest("hex");

export const step = (change: Partial<PlanStep> = {}): PlanStep => ({
  id: "1",
  tool: "restart_service",
  toolDigest: hashOf("the form"),
  method: "ssh",
  target: "n1",
  parameters: {},
  risk: "write",
  scope: "prod",
  after: [],
  timeoutSeconds: 30,
  expectedSeconds: 5,
  costUsd: 0,
  preview: { kind: "exact", text: "systemctl restart ssh.service" },
  ...change,
});

export const plan = (steps: PlanStep[] = [step()], change: Partial<Plan> = {}): Plan => ({
  version: 1,
  goal: { kind: "tool", tool: steps[0]?.tool ?? "disk", parameters: {} },
  summary: "restart ssh on n1",
  targets: [...new Map(steps.flatMap(({ target, scope }) => (target === undefined ? [] : [[target, scope] as const])))].map(
    ([node, scope]) => ({
      nodeId: `id of ${node}`,
      node,
      scope,
    }),
  ),
  steps,
  rollback: [],
  readOnly: false,
  tainted: false,
  ...change,
});

export const bindings: Bindings = {
  planHash: hashOf("plan"),
  previewHash: hashOf("preview"),
  policyVersion: hashOf("policy"),
  targetsHash: hashOf("targets"),
};

export const work = ({ quorum = [], onBehalfOf, ...change }: Partial<PlannedWork> & { quorum?: QuorumGroup[] } = {}): PlannedWork => ({
  id: "5f0c1e0a-6a39-4b8a-9d1c-0d7b8f1f0a11",
  plan: plan(),
  hash: bindings.planHash,
  previewHash: bindings.previewHash,
  coverage: 1,
  decision: { answer: "needs-approval", rule: "write-in-prod", reasons: [], quorum, policyVersion: bindings.policyVersion },
  reason: "it hangs",
  requestedBy: "alice",
  requesterKeyId: "key of alice",
  requesterRole: "operator",
  ...(onBehalfOf !== undefined && { onBehalfOf }),
  createdAt: "2026-11-21T10:00:00.000Z",
  ...change,
});
