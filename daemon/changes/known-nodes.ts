/** The machines as plans have to know them: what the database says of them, and the groups the inventory file has them in. */
import type { Document } from "yaml";
import type { Proposal } from "../contract/changes/plan.ts";
import type { Node } from "../contract/machines/node.ts";
import { MusterError } from "../errors/errors.ts";
import type { Log } from "../log/log.ts";
import type { InventoryFile } from "../machines/inventory/file.ts";
import { groupsOfHosts } from "../machines/inventory/memberships.ts";
import { remembered } from "../machines/inventory/remembered.ts";
import { read } from "../machines/inventory/view.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import type { KnownNode } from "./plans/targets.ts";

/** The groups of each host by its name. */
export type Labels = ReadonlyMap<string, readonly string[]>;

export const knownNodes = (nodes: readonly Node[], inventory: InventoryFile): KnownNode[] => labelled(nodes, labelsIn(inventory.read()));

const labelsIn = (document: Document): Labels => groupsOfHosts(read(document).groups);

const labelled = (nodes: readonly Node[], labels: Labels): KnownNode[] =>
  nodes.map(({ id, name, state, address }) => ({ id, name, phase: state.phase, address, groups: labels.get(name) ?? [] }));

/** Every click is planned: they are understood once for each time the file was changed. */
export const rememberedLabels = (inventory: InventoryFile): (() => Labels) => remembered(inventory, labelsIn);

/** Those a proposal can be about: of machines that are named, no others have to be read. */
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
    // In a file nobody can read they are in no group, which is the strictest: a machine can still be switched off, or retired.
    if (!(error instanceof MusterError) || !onlyNamed) throw error;
    log.warn({ err: error, nodes: targets }, "the inventory cannot be read: planned as for machines in no group, and so in prod");
    return labelled(named, new Map());
  }
}
