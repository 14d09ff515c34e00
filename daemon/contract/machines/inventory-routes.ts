/** Routes about Ansible's inventory: looking, checking, groups and variables. */
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
    summary: "Ansible's inventory as Ansible reads it, and what is wrong with it",
    access: "operator",
    response: InventoryView,
  },
  joinGroup: {
    method: "POST",
    path: "/api/inventory/groups/:group/:node",
    summary: "Put a node into a group, which is made where there is none",
    access: "operator",
    params: Membership,
    response: Done,
  },
  leaveGroup: {
    method: "DELETE",
    path: "/api/inventory/groups/:group/:node",
    summary: "Take a node out of a group",
    access: "operator",
    params: Membership,
    response: Done,
  },
  setVariable: {
    method: "POST",
    path: "/api/inventory/variables",
    summary: "Set a variable of a node or a group; a text is never a template",
    access: "operator",
    body: VariableOwner.extend({ key: VariableName, value: VariableValue }),
    response: Done,
  },
  unsetVariable: {
    method: "POST",
    path: "/api/inventory/variables/unset",
    summary: "Take a variable from a node or a group",
    access: "operator",
    body: VariableOwner.extend({ key: VariableName }),
    response: Done,
  },
} satisfies Record<string, Route>;
