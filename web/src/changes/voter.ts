/** Decides whether a vote would count, based on the data that the page has loaded. The daemon decides again. Pure. */

import type { Session } from "../../../daemon/contract/admin/key.ts";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import { samePerson } from "../../../daemon/contract/changes/person.ts";
import { stateAt } from "./approval-states.ts";

type Voter = Pick<Session, "owner" | "role">;

/**
 * Returns the reason why a vote would not count, or undefined if the vote counts. The daemon counts votes by person, not by
 * key.
 */
export function whyNoVote(approval: Approval, voter: Voter, nowMs: number): string | undefined {
  if (stateAt(approval, nowMs) !== "pending") return "It is decided or expired.";
  if (voter.role === "agent") return "An agent cannot vote.";
  if (voter.role !== "operator" && voter.role !== "admin") return `Your key's role is ${voter.role}. Voting requires the role operator.`;
  if (samePerson(voter.owner, approval.requestedBy)) return "You requested the plan. Another person must decide about the plan.";
  if (approval.onBehalfOf !== undefined && samePerson(voter.owner, approval.onBehalfOf))
    return "The plan was requested on your behalf. Another person must decide about the plan.";
  const given = approval.votes.find(({ by }) => samePerson(by, voter.owner));
  if (given) return `You have already ${given.answer === "approve" ? "approved" : "denied"} it. Other votes are pending.`;
  return undefined;
}

/**
 * Returns true if the voter made this pending request, or if the request was made on the voter's behalf. If an agent
 * made the request, the daemon also checks that the agent uses the same key.
 */
export function mayWithdraw(approval: Approval, voter: Voter, nowMs: number): boolean {
  if (stateAt(approval, nowMs) !== "pending" || (voter.role !== "operator" && voter.role !== "admin")) return false;
  return [approval.requestedBy, approval.onBehalfOf].some((name) => name !== undefined && samePerson(voter.owner, name));
}

/** Returns the number of pending requests that this person can answer. */
export function answerable(approvals: Iterable<Approval>, voter: Voter, nowMs: number): number {
  let count = 0;
  for (const approval of approvals) if (whyNoVote(approval, voter, nowMs) === undefined) count += 1;
  return count;
}
