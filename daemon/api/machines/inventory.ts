/**
 * Defines the routes about groups and variables for Ansible. Only operators can set groups and variables.
 * Machines have no access to these routes.
 */
import type * as z from "zod";
import { type InventoryView, Variable, type VariableOwner, type VariableValue } from "../../contract/machines/inventory.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../../machines/find-node.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Mount } from "../mount.ts";

export interface InventoryApi {
  nodes: NodeStore;
  events: EventStore;
  inventory: {
    view(nodes: readonly Node[]): InventoryView;
    join(node: string, group: string): Promise<void>;
    leave(node: string, group: string): Promise<void>;
    set(owner: { node: string } | { group: string }, key: string, value: VariableValue): Promise<void>;
    unset(owner: { node: string } | { group: string }, key: string): Promise<void>;
  };
}

export function inventoryApi(mount: Mount, { nodes, events, inventory }: InventoryApi): void {
  const changed = (summary: string, node?: Node) => {
    events.append({ source: "control", type: "inventory.changed", summary, ...(node && { nodeId: node.id }) });
    return { message: summary };
  };
  const listed = (reference: string): Node => {
    const node = findNode(nodes, reference);
    if (node.state.phase === "retired") throw new MusterError("NODE_WRONG_PHASE", `node: ${node.name} is retired`);
    return node;
  };
  const owner = ({ node, group }: z.output<typeof VariableOwner>) => {
    if ((node === undefined) === (group === undefined)) throw new MusterError("REQUEST_INVALID", "node, group: name one of the two");
    const target = node === undefined ? undefined : listed(node);
    return { target, place: target ? { node: target.name } : { group: group ?? "" }, of: target?.name ?? `the group ${group}` };
  };

  mount(routes.inventory, () => inventory.view(nodes.list()));

  mount(routes.joinGroup, async ({ node, group }, { caller }) => {
    const target = listed(node);
    await inventory.join(target.name, group);
    return changed(`${target.name} joined the group ${group}, by ${caller.name}`, target);
  });

  mount(routes.leaveGroup, async ({ node, group }, { caller }) => {
    const target = findNode(nodes, node);
    await inventory.leave(target.name, group);
    return changed(`${target.name} left the group ${group}, by ${caller.name}`, target);
  });

  mount(routes.setVariable, async ({ key, value, ...whose }, { caller }) => {
    const fault = Variable.safeParse({ key, value }).error?.issues[0];
    if (fault) throw new MusterError("REQUEST_INVALID", `${fault.path.join(".")}: ${fault.message}`);
    const { target, place, of } = owner(whose);
    await inventory.set(place, key, value);
    // The summary leaves out the value of the variable, because the value may be a password.
    return changed(`${key} of ${of} was set by ${caller.name}`, target);
  });

  mount(routes.unsetVariable, async ({ key, ...whose }, { caller }) => {
    const { target, place, of } = owner(whose);
    await inventory.unset(place, key);
    return changed(`${key} of ${of} was removed by ${caller.name}`, target);
  });
}
