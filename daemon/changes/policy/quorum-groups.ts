/** Parses and merges the quorum of a rule's annotation, such as `operator:1, admin:2`. */
import { QuorumGroup } from "../../contract/changes/plan.ts";

/** The default quorum if approval is needed but no rule defines a quorum. */
export const usualQuorum: readonly QuorumGroup[] = [{ role: "operator", count: 1 }];

/** Throws an Error that names the unreadable part. */
export function parseQuorum(text: string): QuorumGroup[] {
  const groups = text.split(",").map((part) => {
    const [, role, count] = /^([a-z]+):(\d{1,3})$/.exec(part.trim()) ?? [];
    const group = QuorumGroup.safeParse({ role, count: Number(count) });
    if (!group.success) throw new Error(`${part.trim() || "an empty part"} is not a role and a number such as operator:1 or admin:2`);
    return group.data;
  });
  return mergeQuorums([groups]);
}

/**
 * Returns a quorum that satisfies all given quorums, with the highest count of each role. Operators are listed first,
 * so that equal quorums are equal values.
 */
export function mergeQuorums(quorums: readonly (readonly QuorumGroup[])[]): QuorumGroup[] {
  return (["operator", "admin"] as const).flatMap((role) => {
    const count = Math.max(0, ...quorums.flat().map((group) => (group.role === role ? group.count : 0)));
    return count > 0 ? [{ role, count }] : [];
  });
}
