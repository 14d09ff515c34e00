/** Reads the machines for the planner, with data from the database and groups from the inventory file. */
import type { Proposal } from "../contract/changes/plan.ts";
import type { Node } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";
import type { Log } from "../log/log.ts";
import type { InventoryFile } from "../machines/inventory/file.ts";
import { type Labels, labelsIn } from "../machines/inventory/reading/labels.ts";
import { remembered } from "../machines/inventory/remembered.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import { nodeValues } from "./node-values.ts";
import type { KnownNode, NodeValues } from "./plans/targets.ts";

/** The groups and the values of machines in the inventory. */
export interface InventoryFacts {
  labels: Labels;
  values?: (node: string) => NodeValues;
}

export const knownNodes = (nodes: readonly Node[], { labels, values }: InventoryFacts): KnownNode[] =>
  nodes.map((node) => ({
    id: node.id,
    name: node.name,
    phase: node.state.phase,
    address: node.address,
    groups: labels(node),
    ...(values && { values: () => values(node.name) }),
  }));

/** Reads each version of the inventory file only once. `forAll` are the values that Muster gives to every run. */
export function inventoryFacts(inventory: InventoryFile, forAll?: object): () => InventoryFacts {
  const labels = remembered(inventory, labelsIn);
  const values = nodeValues(inventory, forAll);
  return () => ({ labels: labels(), values });
}

/** Returns the machines that a proposal may target. Only the named machines are read if all targets are names of machines. */
export function nodesFor(
  { targets }: Pick<Proposal, "targets">,
  nodes: NodeStore,
  facts: () => InventoryFacts,
  log: Pick<Log, "warn">,
): KnownNode[] {
  const named = targets.flatMap((target) => nodes.findByName(target) ?? []);
  const onlyNamed = named.length === targets.length;
  try {
    return knownNodes(onlyNamed ? named : nodes.list(), facts());
  } catch (error) {
    // If the inventory cannot be read, the machines have no group and count as `prod`, the strictest scope.
    // Operators can then still switch machines off or retire machines.
    if (!(error instanceof MusterError) || !onlyNamed) throw error;
    log.warn({ err: error, nodes: targets }, "the inventory cannot be read: the machines are planned as in no group, and so in prod");
    return knownNodes(named, { labels: () => [] });
  }
}
