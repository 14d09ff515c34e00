/** Whether somebody's answer would count, by what the page knows. The daemon decides again; this only says why not beforehand. Pure. */

import type { Session } from "../../../daemon/contract/admin/key.ts";
import type { Approval } from "../../../daemon/contract/changes/approval.ts";
import { samePerson } from "../../../daemon/contract/changes/person.ts";
import { stateAt } from "./approval-states.ts";

type Voter = Pick<Session, "owner" | "role">;

/** Undefined: it counts. Answers are counted by person, not by key. */
export function whyNoVote(approval: Approval, voter: Voter, nowMs: number): string | undefined {
  if (stateAt(approval, nowMs) !== "pending") return "It is decided or over.";
  if (voter.role === "agent") return "An agent has no vote.";
  if (voter.role !== "operator" && voter.role !== "admin") return `Your key's role is ${voter.role}; answering takes the role operator.`;
  if (samePerson(voter.owner, approval.requestedBy)) return "You asked for it; somebody else has to answer.";
  if (approval.onBehalfOf !== undefined && samePerson(voter.owner, approval.onBehalfOf))
    return "It was asked for on your behalf; somebody else has to answer.";
  const given = approval.votes.find(({ by }) => samePerson(by, voter.owner));
  if (given) return `You have said ${given.answer === "approve" ? "yes" : "no"} already; it waits for others.`;
  return undefined;
}

/** Whether it is theirs to take back: whoever asked, or for whom it was asked, while it waits. An agent's key is told by the daemon alone. */
export function mayTakeBack(approval: Approval, voter: Voter, nowMs: number): boolean {
  if (stateAt(approval, nowMs) !== "pending" || (voter.role !== "operator" && voter.role !== "admin")) return false;
  return [approval.requestedBy, approval.onBehalfOf].some((name) => name !== undefined && samePerson(voter.owner, name));
}

/** How many questions wait for this person's answer. */
export function answerable(approvals: Iterable<Approval>, voter: Voter, nowMs: number): number {
  let count = 0;
  for (const approval of approvals) if (whyNoVote(approval, voter, nowMs) === undefined) count += 1;
  return count;
}
