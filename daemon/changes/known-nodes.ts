/** Reads the machines for the planner, with data from the database and groups from the inventory file. */
import type { Proposal } from "../contract/changes/plan.ts";
import type { Node } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";
import type { Log } from "../log/log.ts";
import type { InventoryFile } from "../machines/inventory/file.ts";
import { type Labels, labelsIn } from "../machines/inventory/reading/labels.ts";
import { remembered } from "../machines/inventory/remembered.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import type { KnownNode } from "./plans/targets.ts";

export const knownNodes = (nodes: readonly Node[], inventory: InventoryFile): KnownNode[] => labelled(nodes, labelsIn(inventory.reading()));

const labelled = (nodes: readonly Node[], labels: Labels): KnownNode[] =>
  nodes.map((node) => ({ id: node.id, name: node.name, phase: node.state.phase, address: node.address, groups: labels(node) }));

/** Returns the groups of each host. Parses each version of the inventory file only once. */
export const rememberedLabels = (inventory: InventoryFile): (() => Labels) => remembered(inventory, labelsIn);

/** Returns the machines that a proposal may target. If all targets are machine names, reads only those machines. */
export function nodesFor(
  { targets }: Pick<Proposal, "targets">,
  nodes: NodeStore,
  labels: () => Labels,
  log: Pick<Log, "warn">,
): KnownNode[] {
  const named = targets.flatMap((target) => nodes.findByName(target) ?? []);
  const onlyNamed = named.length === targets.length;
  try {
    return labelled(onlyNamed ? named : nodes.list(), labels());
  } catch (error) {
    // If the inventory cannot be read, the machines have no group and count as `prod`, the strictest scope.
    // Operators can then still switch machines off or retire machines.
    if (!(error instanceof MusterError) || !onlyNamed) throw error;
    log.warn({ err: error, nodes: targets }, "the inventory cannot be read: the machines are planned as in no group, and so in prod");
    return labelled(named, () => []);
  }
}
