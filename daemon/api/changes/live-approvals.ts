/** Sends approval requests to clients over `/ws` as they happen. Clients may vote on the same connection. */
import type { Event } from "../../contract/event.ts";
import type { ClientFrame, ServerFrame } from "../../contract/frame.ts";
import { hints, MusterError } from "../../errors/errors.ts";
import type { ApprovalStore } from "../../store/changes/approvals.ts";
import type { PlanStore } from "../../store/changes/plans.ts";

export type Answered = Extract<ClientFrame, { type: "approval_response" }>;

/** Returns the frame for an approval event. Returns undefined for any other event. */
export function approvalFrame(event: Event, { approvals, plans }: { approvals: ApprovalStore; plans: PlanStore }): ServerFrame | undefined {
  if (!event.type.startsWith("approval.")) return undefined;
  const approval = approvals.get(String(event.detail?.approvalId));
  const work = approval && plans.get(approval.planId);
  if (!approval || !work) return undefined;
  if (event.type !== "approval.requested") return { type: "approval_response", seq: event.seq, approval };
  return { type: "approval_request", seq: event.seq, approval, summary: work.plan.summary, reason: work.reason };
}

/** Calls `vote`. Returns undefined if the vote counts. The function returns a frame with the reason if the vote is refused. */
export function refusalOf({ approvalId }: Answered, seq: number, vote: () => void): ServerFrame | undefined {
  try {
    vote();
    return undefined;
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    return { type: "approval_refused", seq, approvalId, code: error.code, message: error.message, hint: hints[error.code] };
  }
}
