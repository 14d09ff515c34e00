/** What the API may do with the inventory file. */
import type { InventoryApi } from "../../api/machines/inventory.ts";
import type { Inventory } from "../../machines/inventory/inventory.ts";
import { Variables } from "../../machines/inventory/variables.ts";
import { problemsOf, read } from "../../machines/inventory/view.ts";

export function inventoryFor({ file }: Inventory): InventoryApi["inventory"] {
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
