/** Counts the approvals that a request has received and the approvals that it requires. Pure. */
import type { Vote } from "../../../daemon/contract/changes/approval.ts";
import { spelled } from "../../../daemon/contract/changes/person.ts";
import type { QuorumGroup } from "../../../daemon/contract/changes/plan.ts";

export interface Progress {
  role: QuorumGroup["role"];
  wanted: number;
  given: number;
}

/** One person counts once. An admin who is not needed as an admin counts as an operator. */
export function progressOf(quorum: readonly QuorumGroup[], votes: readonly Vote[]): Progress[] {
  const people = new Map<string, Vote["role"]>();
  for (const { by, role, answer } of votes) if (answer === "approve" && !people.has(spelled(by))) people.set(spelled(by), role);
  const wanted = (role: QuorumGroup["role"]) => quorum.reduce((sum, group) => sum + (group.role === role ? group.count : 0), 0);
  const admins = [...people.values()].filter((role) => role === "admin").length;
  const asAdmins = Math.min(admins, wanted("admin"));
  const asOperators = Math.min(people.size - asAdmins, wanted("operator"));
  const groups: Progress[] = [
    { role: "operator", wanted: wanted("operator"), given: asOperators },
    { role: "admin", wanted: wanted("admin"), given: asAdmins },
  ];
  return groups.filter((group) => group.wanted > 0);
}

/** Formats the progress, for example "1 of 2 operators, 0 of 1 admin". */
export const progressText = (progress: readonly Progress[]): string =>
  progress.map(({ role, wanted, given }) => `${given} of ${wanted} ${role}${wanted === 1 ? "" : "s"}`).join(", ");

/** Returns a text that names the people who may decide. */
export function whoText(quorum: readonly QuorumGroup[]): string {
  const groups = progressOf(quorum, []).map(({ role, wanted }) =>
    wanted === 1
      ? `one person with the role ${role}${role === "operator" ? " or admin" : ""}`
      : `${wanted} different people with the role ${role}${role === "operator" ? " or admin" : ""}`,
  );
  return `It needs the approval of ${groups.join(" and of ")}, not counting the requester. One denial ends it.`;
}
