/** Reads the inventory file, and changes its groups and variables. */
import type { InventoryView } from "../../contract/machines/inventory.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { Inventory } from "./inventory.ts";
import { Variables } from "./variables.ts";
import { problemsOf, read } from "./view.ts";

export interface InventoryEditing extends Pick<Variables, "join" | "leave" | "set" | "unset"> {
  view(nodes: readonly Node[]): InventoryView;
}

export function inventoryFor({ file }: Inventory): InventoryEditing {
  const variables = new Variables(file);
  return {
    view: (nodes) => {
      const document = file.read();
      return { file: file.path, ...read(document), problems: problemsOf(document, nodes) };
    },
    join: (node, group) => variables.join(node, group),
    leave: (node, group) => variables.leave(node, group),
    set: (owner, key, value) => variables.set(owner, key, value),
    unset: (owner, key) => variables.unset(owner, key),
  };
}
