/** Counting people, not keys: whether enough of them have said yes. */
import type { Vote } from "../../contract/changes/approval.ts";
import { spelled } from "../../contract/changes/person.ts";
import type { QuorumGroup } from "../../contract/changes/plan.ts";

/**
 * Every group is full, each person fills one place, and an admin may fill an operator's. Nobody at all is never enough: where
 * no group is asked for, approval cannot be given.
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

/** As with the approval of a schedule: one person's yes, given before. */
export const oneAdminIsEnough = (quorum: readonly QuorumGroup[], by: string, now: Date): boolean =>
  quorumFull(quorum, [{ keyId: by, by, role: "admin", answer: "approve", reason: "", at: now.toISOString() }]);
