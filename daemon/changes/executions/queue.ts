/** Creates an execution that waits in the queue. */
import { randomUUID } from "node:crypto";
import type { Approval } from "../../contract/changes/approval.ts";
import type { Execution } from "../../contract/changes/execution.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";

export const queuedExecution = ({ id, hash, plan, requestedBy }: PlannedWork, approval: Approval | undefined, now: Date): Execution => ({
  id: randomUUID(),
  planId: id,
  planHash: hash,
  ...(approval && { approvalId: approval.id }),
  status: "queued",
  steps: plan.steps.map((step) => ({ id: step.id, status: "pending", ...(step.target !== undefined && { target: step.target }) })),
  requestedBy,
  createdAt: now.toISOString(),
});
