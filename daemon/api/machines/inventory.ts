/**
 * Defines the routes about groups and variables for Ansible. Only operators can set groups and variables, and the policy
 * decides about each change. Machines have no access to these routes.
 */
import type * as z from "zod";
import { Variable, type VariableOwner } from "../../contract/machines/inventory.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { changeInventory } from "../../machines/acts/change-inventory.ts";
import type { ActPorts } from "../../machines/acts/ports.ts";
import type { InventoryChange, Owner } from "../../machines/inventory/change.ts";
import type { Mount } from "../mount.ts";
import type { Asking, RequesterOf } from "../requester.ts";

export interface InventoryApi extends Pick<ActPorts, "nodes" | "events" | "inventory"> {
  byHand: RequesterOf;
}

export function inventoryApi(mount: Mount, api: InventoryApi): void {
  const change = async (wanted: InventoryChange, context: Asking) => ({ message: await changeInventory(api, wanted, api.byHand(context)) });

  mount(routes.inventory, () => api.inventory.view(api.nodes.list()));

  mount(routes.joinGroup, (place, context) => change({ tool: "group_join", ...place }, context));

  mount(routes.leaveGroup, (place, context) => change({ tool: "group_leave", ...place }, context));

  mount(routes.setVariable, ({ key, value, ...whose }, context) => {
    const fault = Variable.safeParse({ key, value }).error?.issues[0];
    if (fault) throw new MusterError("REQUEST_INVALID", `${fault.path.join(".")}: ${fault.message}`);
    return change({ tool: "variable_set", owner: ownerOf(whose), key, value }, context);
  });

  mount(routes.unsetVariable, ({ key, ...whose }, context) => change({ tool: "variable_unset", owner: ownerOf(whose), key }, context));
}

function ownerOf({ node, group }: z.output<typeof VariableOwner>): Owner {
  if (node !== undefined && group === undefined) return { node };
  if (group !== undefined && node === undefined) return { group };
  throw new MusterError("REQUEST_INVALID", "node, group: name one of the two");
}
