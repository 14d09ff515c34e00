/** How an approval looks at a moment: its time may be over before anybody has said so. Pure. */
import type { Approval, ApprovalState } from "../../../daemon/contract/changes/approval.ts";
import type { Label } from "../parts/tone.ts";

export const approvalLabel: Record<ApprovalState, Label> = {
  pending: { word: "Waits", tone: "attention" },
  approved: { word: "Approved", tone: "good" },
  used: { word: "Begun", tone: "good" },
  denied: { word: "Denied", tone: "bad" },
  expired: { word: "Expired", tone: "muted" },
  dropped: { word: "Dropped", tone: "muted" },
  withdrawn: { word: "Taken back", tone: "muted" },
};

/** Until when it has to be decided, or once it is, to be begun; undefined when nothing is awaited any more. */
export function deadlineOf({ state, decideBy, executeBy }: Approval): string | undefined {
  if (state === "pending") return decideBy;
  return state === "approved" ? executeBy : undefined;
}

export function stateAt(approval: Approval, nowMs: number): ApprovalState {
  const until = deadlineOf(approval);
  return until !== undefined && nowMs >= Date.parse(until) ? "expired" : approval.state;
}

/** Share of the time that is left, 1 to 0. */
export function shareLeft({ createdAt, decideBy }: Approval, nowMs: number): number {
  const [from, to] = [Date.parse(createdAt), Date.parse(decideBy)];
  return to > from ? Math.min(1, Math.max(0, (to - nowMs) / (to - from))) : 0;
}

/** What it means that it is no question any more; undefined while it is one. */
export function endingOf(approval: Approval, nowMs: number): string | undefined {
  const state = stateAt(approval, nowMs);
  switch (state) {
    case "pending":
      return undefined;
    case "approved":
      return "Enough people said yes. It begins as soon as its nodes are free.";
    case "used":
      return "Enough people said yes, and it was begun.";
    case "denied":
      return `${approval.votes.find(({ answer }) => answer === "deny")?.by ?? "Somebody"} said no. Nothing was done; it can be asked for again.`;
    case "expired":
      return approval.executeBy === undefined
        ? "Nobody decided it in time, and silence is never consent. It can be asked for again."
        : "It was approved and not begun in time. It can be asked for again.";
    case "dropped":
      return "What it would do has changed since it was asked: the fleet, a tool or the policy. It has to be asked for again.";
    case "withdrawn":
      return `${approval.requestedBy} took it back. Nothing was done; it can be asked for again.`;
  }
}

/** Those that wait first, the one with the least time on top; then the newest. */
export function sortApprovals(approvals: Iterable<Approval>, nowMs: number): { waiting: Approval[]; over: Approval[] } {
  const all = [...approvals];
  const waits = (approval: Approval) => stateAt(approval, nowMs) === "pending";
  return {
    waiting: all.filter(waits).sort((a, b) => a.decideBy.localeCompare(b.decideBy) || a.id.localeCompare(b.id)),
    over: all.filter((approval) => !waits(approval)).sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.id.localeCompare(b.id)),
  };
}
