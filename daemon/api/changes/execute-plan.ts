/** Implements `POST /execute-plan`. Control makes the submitted plan again, and refuses the request if the hash differs. */

import type { PlanExecuted, Proposed } from "../../contract/changes/change-routes.ts";
import type { ExecutionStatus } from "../../contract/changes/execution.ts";
import { routes } from "../../contract/routes.ts";
import { steadyMs } from "../../errors/steady-clock.ts";
import type { Mount } from "../mount.ts";
import { type GovernApi, idempotencyKey, whoIs } from "./changes.ts";

/**
 * The longest time that a request waits for the end of the execution. After this wait, control answers with the current
 * state of the execution.
 */
const WAIT_MS = 20_000;
const LOOK_MS = 100;

export function executePlanApi(mount: Mount, { desk }: Pick<GovernApi, "desk">, waitMs = WAIT_MS): void {
  mount(routes.executePlan, async (input, { caller, request }) => {
    const until = steadyMs() + waitMs;
    let now = desk.execute(input, whoIs(caller), idempotencyKey(request.headers));
    while (isPending(now) && now.approval?.state !== "pending" && steadyMs() < until && !request.raw.socket.destroyed) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      now = desk.plan(now.work.id);
    }
    return documented(input.execution_id, now);
  });
}

/**
 * Maps an execution's status to one of the four states of the documented API. For example, an execution with an unknown
 * result becomes `pending`.
 */
const documentedStatus = {
  queued: "pending",
  running: "pending",
  unknown: "pending",
  succeeded: "success",
  partial: "partial",
  failed: "failed",
  "rolled-back": "failed",
  cancelled: "failed",
  "timed-out": "failed",
  refused: "failed",
} satisfies Record<ExecutionStatus, PlanExecuted["status"]>;

const isPending = (proposed: Proposed): boolean => statusOf(proposed) === "pending";

function statusOf({ approval, execution }: Proposed): PlanExecuted["status"] {
  if (execution) return documentedStatus[execution.status];
  return approval?.state === "pending" || approval?.state === "approved" ? "pending" : "failed";
}

function documented(execution_id: string, proposed: Proposed): PlanExecuted {
  const { work, approval, execution } = proposed;
  const status = statusOf(proposed);
  const result = execution
    ? `${work.plan.summary}: ${execution.status}`
    : `${work.plan.summary}: its approval is ${approval?.state ?? "missing"}`;
  return {
    execution_id,
    status,
    result,
    step_results: execution?.steps ?? [],
    completed_at: execution?.endedAt ?? null,
    error_message: status === "failed" || status === "partial" ? (execution?.error ?? result) : null,
    error_details: {
      plan_id: work.id,
      rule: work.decision.rule,
      approval_id: approval?.id ?? null,
      execution: execution?.id ?? null,
    },
  };
}
