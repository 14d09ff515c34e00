/** The machines as plans have to know them: what the database says of them, and the groups the inventory file has them in. */
import type { Node } from "../contract/node.ts";
import type { InventoryFile } from "../inventory/file.ts";
import { groupsOfHosts } from "../inventory/memberships.ts";
import { read } from "../inventory/view.ts";
import type { KnownNode } from "../plans/targets.ts";

type Groups = ReturnType<typeof groupsOfHosts>;

export const knownNodes = (nodes: readonly Node[], inventory: InventoryFile): KnownNode[] => inGroups(nodes, groupsIn(inventory));

/** The same for whoever asks often: a file that is as it was is not read again. */
export function knowingNodes(inventory: InventoryFile): (nodes: readonly Node[]) => KnownNode[] {
  let last: { stamp: string; groups: Groups } | undefined;
  return (nodes) => {
    // Taken before it is read: what is written in between is seen the next time.
    const stamp = inventory.stamp();
    const groups = stamp !== undefined && last?.stamp === stamp ? last.groups : groupsIn(inventory);
    last = stamp === undefined ? undefined : { stamp, groups };
    return inGroups(nodes, groups);
  };
}

const groupsIn = (inventory: InventoryFile): Groups => groupsOfHosts(read(inventory.read()).groups);

const inGroups = (nodes: readonly Node[], groups: Groups): KnownNode[] =>
  nodes.map(({ id, name, state, address }) => ({ id, name, phase: state.phase, address, groups: groups.get(name) ?? [] }));
