/** Decides what to do with a schedule now. All functions in this file are pure, and `clock.ts` carries out the decision. */

import type { Playbook } from "../../contract/jobs/playbook.ts";
import { groupIn, type Schedule } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { isOpen, type MaintenanceRule, opensAt } from "./maintenance.ts";

export type DueStep =
  /** The schedule stays due. `outcome` is the reason for the wait. */
  | { kind: "wait"; outcome: string }
  /** The schedule does not run this time. `outcome` is the reason. */
  | { kind: "skip"; outcome: string }
  | { kind: "run"; playbook: Playbook };

export const isDue = ({ dueSince, next }: Schedule, now: Date): boolean => dueSince !== undefined || next <= now.toISOString();

/**
 * Returns the nodes of the schedule, even if nodes were renamed. If a node no longer exists, its name is returned instead. A
 * group is returned as its reference.
 */
export function machinesOf(
  { nodes, nodeIds }: Schedule,
  fleet: { findById(id: string): Node | undefined; findByName(name: string): Node | undefined },
): (Node | string)[] {
  if (nodes === "all") return [];
  return nodes.map((name, index) => {
    const id = nodeIds?.[index];
    return (id === undefined ? fleet.findByName(name) : fleet.findById(id)) ?? name;
  });
}

/** Returns the nodes that the schedule means now. `nodes` are all nodes, and `groupsOf` returns the groups of a node. */
export function meantNodes(
  schedule: Schedule,
  fleet: Parameters<typeof machinesOf>[1] & { list(): Node[] },
  groupsOf: (node: Node) => readonly string[],
): (Node | string)[] {
  if (schedule.nodes === "all") return fleet.list();
  const meant = machinesOf(schedule, fleet).flatMap((each) => {
    const group = typeof each === "string" ? groupIn(each) : undefined;
    if (group === undefined) return [each];
    const members = fleet.list().filter((node) => groupsOf(node).includes(group));
    return members.length > 0 ? members : [`in the group ${group}`];
  });
  return [...new Map(meant.map((each) => [typeof each === "string" ? each : each.id, each])).values()];
}

/** Returns the next step of a schedule that is due. */
export function dueStep(schedule: Schedule, playbook: Playbook | undefined, rule: MaintenanceRule, now: Date): DueStep {
  if (!playbook) return { kind: "skip", outcome: `not run: playbook ${schedule.playbook} no longer exists` };
  if (playbook.addsHosts)
    return { kind: "skip", outcome: `not run: ${playbook.name} adds hosts itself, so it runs only as an approved plan` };
  if (!needsApproval(schedule, playbook)) return { kind: "run", playbook };
  const reason = unapproved(schedule, playbook);
  if (reason !== undefined) return { kind: "skip", outcome: `not run: ${reason}` };
  if (isOpen(rule, now)) return { kind: "run", playbook };
  const opens = opensAt(rule, now);
  return { kind: "wait", outcome: `waits for a maintenance window${opens ? `, which opens at ${opens.toISOString()}` : ""}` };
}

/** A variable that the header does not declare can make a read-only playbook change something. */
export const needsApproval = ({ options }: Pick<Schedule, "options">, { readOnly, variables }: Playbook): boolean =>
  !readOnly || (variables === undefined && options?.variables !== undefined);

/** Returns the reason why the node is not approved as it is now, or undefined. `binding` is its digest now. */
export function unapprovedNode({ name, approval }: Schedule, node: Node, binding: string): string | undefined {
  const approved = approval?.bindings?.[node.id];
  if (approved === binding) return undefined;
  const why = approved === undefined ? "was not a node of the schedule" : "had another scope or other values in the inventory";
  return `${node.name} ${why} when ${approval?.by} approved it: muster schedule approve ${name}`;
}

/** Returns the reason why the schedule must not change nodes. Returns undefined if the schedule may change nodes. */
function unapproved({ name, approval }: Schedule, playbook: Playbook): string | undefined {
  if (!approval) return `it changes nodes and has not been approved: muster schedule approve ${name}`;
  if (approval.sha256 !== playbook.sha256)
    return `its playbook, or what it uses, was changed after ${approval.by} approved it: muster schedule approve ${name}`;
  if (!approval.bindings)
    return `the approval of ${approval.by} is of an older release and names no nodes: muster schedule approve ${name}`;
  return undefined;
}
