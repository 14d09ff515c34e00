/** How many people of which role must say yes, as a rule's annotation says it: `operator:1, admin:2`. */
import { QuorumGroup } from "../../contract/changes/plan.ts";

/** Where approval is needed and no rule says whose. */
export const usualQuorum: readonly QuorumGroup[] = [{ role: "operator", count: 1 }];

/** Throws with the part that cannot be read. */
export function parseQuorum(text: string): QuorumGroup[] {
  const groups = text.split(",").map((part) => {
    const [, role, count] = /^([a-z]+):(\d{1,3})$/.exec(part.trim()) ?? [];
    const group = QuorumGroup.safeParse({ role, count: Number(count) });
    if (!group.success) throw new Error(`${part.trim() || "an empty part"} is not a role and a number such as operator:1 or admin:2`);
    return group.data;
  });
  return mergeQuorums([groups]);
}

/** All of them at once: the highest number of each role. Operators first, so that the same groups are always the same value. */
export function mergeQuorums(quorums: readonly (readonly QuorumGroup[])[]): QuorumGroup[] {
  return (["operator", "admin"] as const).flatMap((role) => {
    const count = Math.max(0, ...quorums.flat().map((group) => (group.role === role ? group.count : 0)));
    return count > 0 ? [{ role, count }] : [];
  });
}
