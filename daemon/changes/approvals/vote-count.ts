/** Counts the people who voted, not their keys, to decide whether the votes are enough. */
import type { Vote } from "../../contract/changes/approval.ts";
import { spelled } from "../../contract/changes/person.ts";
import type { QuorumGroup } from "../../contract/changes/plan.ts";

/**
 * True if every group of the quorum has enough votes. Each voter fills one place in the quorum, and an admin may fill
 * an operator's place. For a quorum without groups, the result is false, so that no plan is approved by mistake.
 */
export function quorumFull(quorum: readonly QuorumGroup[], votes: readonly Vote[]): boolean {
  const places = (role: QuorumGroup["role"]) => quorum.reduce((sum, group) => sum + (group.role === role ? group.count : 0), 0);
  const people = new Map<string, Vote["role"]>();
  const keys = new Set<string>();
  for (const { keyId, by, role, answer } of votes) {
    if (answer !== "approve" || keys.has(keyId) || people.has(spelled(by))) continue;
    keys.add(keyId);
    people.set(spelled(by), role);
  }
  const admins = [...people.values()].filter((role) => role === "admin").length;
  const [operatorsWanted, adminsWanted] = [places("operator"), places("admin")];
  return operatorsWanted + adminsWanted > 0 && admins >= adminsWanted && people.size >= operatorsWanted + adminsWanted;
}

/** True if one admin's earlier yes vote is enough, for example the approval of a schedule. */
export const oneAdminIsEnough = (quorum: readonly QuorumGroup[], by: string, now: Date): boolean =>
  quorumFull(quorum, [{ keyId: by, by, role: "admin", answer: "approve", reason: "", at: now.toISOString() }]);
