/** The machines as plans have to know them: what the database says of them, and the groups the inventory file has them in. */
import type { Node } from "../contract/node.ts";
import type { InventoryFile } from "../inventory/file.ts";
import { groupsOfHosts } from "../inventory/memberships.ts";
import { read } from "../inventory/view.ts";
import type { KnownNode } from "../plans/targets.ts";

export function knownNodes(nodes: readonly Node[], inventory: InventoryFile): KnownNode[] {
  const groups = groupsOfHosts(read(inventory.read()).groups);
  return nodes.map(({ id, name, state, address }) => ({ id, name, phase: state.phase, address, groups: groups.get(name) ?? [] }));
}
