/** One change of groups or variables in the inventory, as an operator asks for it. */
import type { VariableValue } from "../../contract/machines/inventory.ts";

export type Owner = { node: string } | { group: string };

export type InventoryChange =
  | { tool: "group_join"; node: string; group: string }
  | { tool: "group_leave"; node: string; group: string }
  | { tool: "variable_set"; owner: Owner; key: string; value: VariableValue }
  | { tool: "variable_unset"; owner: Owner; key: string };
