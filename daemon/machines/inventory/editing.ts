/** Reads the inventory file, and changes its groups and variables. */
import type { InventoryView } from "../../contract/machines/inventory.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { InventoryChange, Owner } from "./change.ts";
import type { Inventory } from "./inventory.ts";
import { KeptValues } from "./kept-values.ts";
import { problemsOf } from "./problems.ts";
import { type Labels, labelsIn } from "./reading/labels.ts";
import { remembered } from "./remembered.ts";
import { Variables } from "./variables.ts";

export interface InventoryEditing {
  view(nodes: readonly Node[]): InventoryView;
  labels(): Labels;
  /** Returns the groups that each machine would have. Throws if the change is not possible. */
  after(change: InventoryChange): Labels;
  change(change: InventoryChange): Promise<void>;
  /** Returns true if the owner itself has this variable. */
  has(owner: Owner, key: string): boolean;
  kept: KeptValues;
}

export function inventoryFor({ file }: Pick<Inventory, "file">): InventoryEditing {
  const variables = new Variables(file);
  return {
    view: (nodes) => {
      const reading = file.reading();
      return { file: file.path, groups: reading.groups, hosts: reading.hosts, problems: problemsOf(reading, nodes) };
    },
    labels: remembered(file, labelsIn),
    after: (change) => labelsIn(variables.after(change)),
    change: (change) => variables.perform(change),
    has: (owner, key) => {
      const { groups, hosts } = file.reading();
      const vars = "node" in owner ? hosts[owner.node] : groups.find(({ name }) => name === owner.group)?.vars;
      return vars !== undefined && Object.hasOwn(vars, key);
    },
    kept: new KeptValues(),
  };
}
