/** Computes the state of an approval at a given time. An approval can expire before the daemon reports the expiry. Pure. */
import type { Approval, ApprovalState } from "../../../daemon/contract/changes/approval.ts";
import type { Label } from "../parts/tone.ts";

export const approvalLabel: Record<ApprovalState, Label> = {
  pending: { word: "Pending", tone: "attention" },
  approved: { word: "Approved", tone: "good" },
  used: { word: "Started", tone: "good" },
  denied: { word: "Denied", tone: "bad" },
  expired: { word: "Expired", tone: "muted" },
  dropped: { word: "Dropped", tone: "muted" },
  withdrawn: { word: "Withdrawn", tone: "muted" },
};

/**
 * Returns the deadline for the decision of a pending request, or the deadline for the start of an approved request.
 * Returns undefined for a finished request.
 */
export function deadlineOf({ state, decideBy, executeBy }: Approval): string | undefined {
  if (state === "pending") return decideBy;
  return state === "approved" ? executeBy : undefined;
}

export function stateAt(approval: Approval, nowMs: number): ApprovalState {
  const until = deadlineOf(approval);
  return until !== undefined && nowMs >= Date.parse(until) ? "expired" : approval.state;
}

/** Explains how an approval request ended. Returns undefined while the request is pending. */
export function endingOf(approval: Approval, nowMs: number): string | undefined {
  const state = stateAt(approval, nowMs);
  switch (state) {
    case "pending":
      return undefined;
    case "approved":
      return "Approved. The plan starts as soon as its nodes are free.";
    case "used":
      return "Approved and started.";
    case "denied":
      return `${approval.votes.find(({ answer }) => answer === "deny")?.by ?? "A person"} denied it. Nothing was changed. The plan can be requested again.`;
    case "expired":
      return approval.executeBy === undefined
        ? "No decision was made in time. Without a decision, the plan does not start. The plan can be requested again."
        : "The plan was approved, but the plan did not start in time. The plan can be requested again.";
    case "dropped":
      return "The fleet, a tool form or the policy has changed since the request. The plan must be requested again.";
    case "withdrawn":
      return `${approval.requestedBy} withdrew the request. Nothing was changed. The plan can be requested again.`;
  }
}

/** Sorts pending requests first, ordered by deadline. The finished requests follow, newest first. */
export function sortApprovals(approvals: Iterable<Approval>, nowMs: number): { waiting: Approval[]; over: Approval[] } {
  const all = [...approvals];
  const waits = (approval: Approval) => stateAt(approval, nowMs) === "pending";
  return {
    waiting: all.filter(waits).sort((a, b) => a.decideBy.localeCompare(b.decideBy) || a.id.localeCompare(b.id)),
    over: all.filter((approval) => !waits(approval)).sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id)),
  };
}
