/** Changes a group or a variable of the inventory. The policy decides first, because this can change what a machine is. */

import { labelOf } from "../../contract/changes/label.ts";
import type { Values } from "../../contract/changes/tool.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";
import { findNode } from "../find-node.ts";
import type { InventoryChange } from "../inventory/change.ts";
import type { Labels } from "../inventory/reading/labels.ts";
import type { ActPorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

type Ports = Pick<ActPorts, "nodes" | "events" | "inventory">;

export async function changeInventory(ports: Ports, wanted: InventoryChange, requester: Requester): Promise<string> {
  const { events, inventory } = ports;
  const change = named(ports, wanted);
  const targets = targetsOf(ports, change);
  // Throws if the change is not possible, before anybody is asked for an approval.
  const after = inventory.after(change);
  // A variable of a group without machines changes no machine. To put a machine into the group is a change of its own.
  requester.permit({ tool: change.tool, parameters: parametersOf(ports, change, after), nodes: targets });
  await inventory.change(change);
  const summary = `${inWords(change)} by ${requester.name}`;
  const node = targets.length === 1 && !isOfGroup(change) ? targets[0] : undefined;
  events.append({ source: "control", type: "inventory.changed", summary, ...(node && { nodeId: node.id }) });
  return summary;
}

/** Performs a change of a group for a step of an approved plan. The machine must come into the scope that the plan names. */
export async function moveAsPlanned(
  ports: Ports,
  change: Extract<InventoryChange, { node: string }>,
  becomes: string,
  by: Requester,
): Promise<string> {
  const target = findNode(ports.nodes, change.node);
  const scope = labelAfter(ports.inventory.after(change), target);
  if (scope !== becomes)
    throw new MusterError(
      "REQUEST_INVALID",
      `becomes: ${target.name} would be ${scope} after this change, not ${becomes}; ask for it again`,
    );
  return changeInventory(ports, change, by);
}

const labelAfter = (after: Labels, node: Node): string => labelOf(after(node)) ?? "unlabelled";

function named({ nodes }: Ports, change: InventoryChange): InventoryChange {
  const nameOf = (reference: string) => findNode(nodes, reference).name;
  if ("node" in change) return { ...change, node: nameOf(change.node) };
  return "node" in change.owner ? { ...change, owner: { node: nameOf(change.owner.node) } } : change;
}

function targetsOf({ nodes, inventory }: Ports, change: InventoryChange): Node[] {
  const name = "node" in change ? change.node : "node" in change.owner ? change.owner.node : undefined;
  if (name !== undefined) {
    const node = findNode(nodes, name);
    if (node.state.phase === "retired" && change.tool !== "group_leave")
      throw new MusterError("NODE_WRONG_PHASE", `node: ${node.name} is retired`);
    return [node];
  }
  const group = isOfGroup(change) ? change.owner.group : "all";
  const labels = inventory.labels();
  return nodes.list().filter((node) => node.state.phase !== "retired" && (group === "all" || labels(node).includes(group)));
}

type OfGroup = Extract<InventoryChange, { key: string }> & { owner: { group: string } };
const isOfGroup = (change: InventoryChange): change is OfGroup => "owner" in change && "group" in change.owner;

function parametersOf({ nodes, inventory }: Ports, change: InventoryChange, after: Labels): Values {
  if ("node" in change) return { group: change.group, becomes: labelAfter(after, findNode(nodes, change.node)) };
  const group = isOfGroup(change) ? { group: change.owner.group } : {};
  if (change.tool === "variable_unset") return { ...group, key: change.key };
  const of = JSON.stringify([change.owner, change.key]);
  return { ...group, key: change.key, value: inventory.kept.textOf(of, change.key, change.value) };
}

function inWords(change: InventoryChange): string {
  if (change.tool === "group_join") return `${change.node} joined the group ${change.group},`;
  if (change.tool === "group_leave") return `${change.node} left the group ${change.group},`;
  const owner = "node" in change.owner ? change.owner.node : `the group ${change.owner.group}`;
  // The summary leaves out the value of the variable, because the value may be a password.
  return `${change.key} of ${owner} was ${change.tool === "variable_set" ? "set" : "removed"}`;
}
