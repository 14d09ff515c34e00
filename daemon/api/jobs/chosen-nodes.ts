/** Finds the nodes of a request to run a playbook: by name, by a group of the inventory, or all nodes. */
import { groupIn, type Targets } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { MusterError } from "../../errors/errors.ts";

export interface NodesAndGroups {
  nodes: { list(): Node[] };
  /** Finds a node by its name, MAC address or id. Throws NODE_NOT_FOUND if no node matches. */
  findNode(reference: string): Node;
  /** Returns the reason why no playbook may run on the node. Returns undefined if playbooks may run. */
  notRunnable(node: Node): string | undefined;
  /** Reads the groups of the inventory, and returns a function for all groups of a node. */
  nodeGroups(): (node: Node) => readonly string[];
}

const SHOWN = 20;

/**
 * Returns each chosen node once. A node that is chosen by its name must be runnable. Nodes of a group that are not runnable are
 * left out, as they are for `all`.
 */
export function chosenNodes(targets: Targets, fleet: NodesAndGroups): Node[] {
  const chosen =
    targets === "all" ? runnableOf(fleet.nodes.list(), fleet, "no node is ready") : targets.flatMap((each) => nodesOf(each, fleet));
  return [...new Map(chosen.map((node) => [node.id, node])).values()];
}

function nodesOf(reference: string, fleet: NodesAndGroups): Node[] {
  const group = groupIn(reference);
  if (group !== undefined) return runnableOf(nodesInGroup(group, fleet), fleet, `no node of the group ${group} is ready`);
  const node = fleet.findNode(reference);
  const reason = fleet.notRunnable(node);
  if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", `nodes: ${reason}`);
  return [node];
}

/** Throws GROUP_NOT_FOUND, with the groups that exist, if no node is in the group. */
export function nodesInGroup(group: string, { nodes, nodeGroups }: Pick<NodesAndGroups, "nodes" | "nodeGroups">): Node[] {
  const of = nodeGroups();
  const all = nodes.list().map((node) => ({ node, groups: of(node) }));
  const members = all.filter((each) => each.groups.includes(group)).map(({ node }) => node);
  if (members.length > 0) return members;
  const known = [...new Set(all.flatMap((each) => each.groups))].toSorted();
  const shown = known.length > SHOWN ? `${known.slice(0, SHOWN).join(", ")} and ${known.length - SHOWN} more` : known.join(", ");
  throw new MusterError("GROUP_NOT_FOUND", `nodes: there is no group ${group} with a node in it; known: ${shown || "none"}`);
}

function runnableOf(nodes: readonly Node[], { notRunnable }: Pick<NodesAndGroups, "notRunnable">, otherwise: string): Node[] {
  const fit = nodes.filter((node) => notRunnable(node) === undefined);
  if (fit.length === 0) throw new MusterError("NODE_WRONG_PHASE", `nodes: ${otherwise}`);
  return fit;
}
