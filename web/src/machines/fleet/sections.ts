/** Groups the fleet into sections: machines that need attention first, then by phase and name. */
import type { Node, Phase } from "../../../../daemon/contract/machines/node.ts";
import { type Group, groups, phaseOrder } from "../phases.ts";

export interface Section {
  group: Group;
  nodes: readonly Node[];
}

const byName = new Intl.Collator("en", { numeric: true });
const rank = new Map(phaseOrder.map((phase, index) => [phase, index]));

export function sectionsOf(nodes: Iterable<Node>): Section[] {
  const sorted = [...nodes].sort(
    (a, b) => (rank.get(a.state.phase) ?? 0) - (rank.get(b.state.phase) ?? 0) || byName.compare(a.name, b.name),
  );
  return groups
    .map(({ group, phases }) => ({ group, nodes: sorted.filter((node) => phases.includes(node.state.phase)) }))
    .filter((section) => section.nodes.length > 0);
}

/** Counts the machines per phase, most urgent phase first, without empty phases. */
export function countsOf(nodes: Iterable<Node>): { phase: Phase; count: number }[] {
  const counts = new Map<Phase, number>();
  for (const { state } of nodes) counts.set(state.phase, (counts.get(state.phase) ?? 0) + 1);
  return phaseOrder.flatMap((phase) => {
    const count = counts.get(phase);
    return count === undefined ? [] : [{ phase, count }];
  });
}

/** Searches for `text` in the name, addresses, product and serial number of a machine. */
export function matches(node: Node, text: string, phase: Phase | undefined): boolean {
  if (phase !== undefined && node.state.phase !== phase) return false;
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return true;
  const { product = "", serial = "" } = node.facts;
  return [node.name, node.address ?? "", ...node.macs, product, serial].some((field) => field.toLowerCase().includes(wanted));
}
