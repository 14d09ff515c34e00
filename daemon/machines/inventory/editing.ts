/** Reads the inventory file, and changes its groups and variables. */
import type { InventoryView } from "../../contract/machines/inventory.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { Inventory } from "./inventory.ts";
import { problemsOf } from "./problems.ts";
import { Variables } from "./variables.ts";

export interface InventoryEditing extends Pick<Variables, "join" | "leave" | "set" | "unset"> {
  view(nodes: readonly Node[]): InventoryView;
}

export function inventoryFor({ file }: Inventory): InventoryEditing {
  const variables = new Variables(file);
  return {
    view: (nodes) => {
      const reading = file.reading();
      return { file: file.path, groups: reading.groups, hosts: reading.hosts, problems: problemsOf(reading, nodes) };
    },
    join: (node, group) => variables.join(node, group),
    leave: (node, group) => variables.leave(node, group),
    set: (owner, key, value) => variables.set(owner, key, value),
    unset: (owner, key) => variables.unset(owner, key),
  };
}
