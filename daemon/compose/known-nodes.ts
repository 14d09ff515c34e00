/** The machines as plans have to know them: what the database says of them, and the groups the inventory file has them in. */
import type { Node } from "../contract/node.ts";
import type { InventoryFile } from "../inventory/file.ts";
import { read } from "../inventory/view.ts";
import type { KnownNode } from "../plans/targets.ts";

export function knownNodes(nodes: readonly Node[], inventory: InventoryFile): KnownNode[] {
  const groupsOf = inventoryGroups(inventory);
  return nodes.map(({ id, name, state, address }) => ({ id, name, phase: state.phase, address, groups: groupsOf(name) }));
}

/** Every group a host is in, those above its own among them. */
function inventoryGroups(inventory: InventoryFile): (host: string) => string[] {
  const { groups } = read(inventory.read());
  const above = (name: string): string[] => groups.filter(({ children }) => children.includes(name)).map((group) => group.name);
  return (host) => {
    const found = new Set(groups.filter(({ hosts }) => hosts.includes(host)).map(({ name }) => name));
    for (const name of found) for (const parent of above(name)) found.add(parent);
    return [...found].toSorted();
  };
}
