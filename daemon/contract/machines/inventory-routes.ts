/** Routes to read and check Ansible's inventory, and to change groups and variables. */
import * as z from "zod";
import { NodeName } from "../names.ts";
import type { Route } from "../route.ts";
import { GroupName, InventoryView, VariableName, VariableOwner, VariableValue } from "./inventory.ts";

const Membership = z.object({ node: NodeName, group: GroupName });
const Done = z.object({ message: z.string() });

export const inventoryRoutes = {
  inventory: {
    method: "GET",
    path: "/api/inventory",
    summary: "The inventory as Ansible reads it, with its problems",
    access: "operator",
    response: InventoryView,
  },
  joinGroup: {
    method: "POST",
    path: "/api/inventory/groups/:group/:node",
    summary: "Add a node to a group. A missing group is created.",
    access: "operator",
    byHand: ["group_join"],
    params: Membership,
    response: Done,
  },
  leaveGroup: {
    method: "DELETE",
    path: "/api/inventory/groups/:group/:node",
    summary: "Remove a node from a group",
    access: "operator",
    byHand: ["group_leave"],
    params: Membership,
    response: Done,
  },
  setVariable: {
    method: "POST",
    path: "/api/inventory/variables",
    summary: "Set a variable of a node or a group. Text is never a template.",
    access: "operator",
    byHand: ["variable_set"],
    body: VariableOwner.extend({ key: VariableName, value: VariableValue }),
    response: Done,
  },
  unsetVariable: {
    method: "POST",
    path: "/api/inventory/variables/unset",
    summary: "Remove a variable from a node or a group",
    access: "operator",
    byHand: ["variable_unset"],
    body: VariableOwner.extend({ key: VariableName }),
    response: Done,
  },
} satisfies Record<string, Route>;
