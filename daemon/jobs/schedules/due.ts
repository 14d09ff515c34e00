/** Decides what to do with a schedule now. All functions in this file are pure, and `clock.ts` carries out the decision. */

import type { Playbook } from "../../contract/jobs/playbook.ts";
import type { Schedule } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { isOpen, type MaintenanceRule, opensAt } from "./maintenance.ts";

export type DueStep =
  /** The schedule stays due. `outcome` is the reason for the wait. */
  | { kind: "wait"; outcome: string }
  /** The schedule does not run this time. `outcome` is the reason. */
  | { kind: "skip"; outcome: string }
  | { kind: "run"; playbook: Playbook };

export const isDue = ({ dueSince, next }: Schedule, now: Date): boolean => dueSince !== undefined || next <= now.toISOString();

/** Returns the nodes of the schedule, even if nodes were renamed. If a node no longer exists, its name is returned instead. */
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

/** Returns the next step of a schedule that is due. */
export function dueStep(schedule: Schedule, playbook: Playbook | undefined, rule: MaintenanceRule, now: Date): DueStep {
  if (!playbook) return { kind: "skip", outcome: `not run: playbook ${schedule.playbook} no longer exists` };
  if (playbook.addsHosts)
    return { kind: "skip", outcome: `not run: ${playbook.name} adds hosts itself, so it runs only as an approved plan` };
  if (playbook.readOnly) return { kind: "run", playbook };
  const reason = unapproved(schedule, playbook);
  if (reason !== undefined) return { kind: "skip", outcome: `not run: ${reason}` };
  if (isOpen(rule, now)) return { kind: "run", playbook };
  const opens = opensAt(rule, now);
  return { kind: "wait", outcome: `waits for a maintenance window${opens ? `, which opens at ${opens.toISOString()}` : ""}` };
}

/**
 * Returns the reason why the schedule must not change nodes. Returns undefined if the schedule may change nodes or
 * its playbook is read-only.
 */
export function unapproved({ name, approval }: Schedule, playbook: Playbook): string | undefined {
  if (playbook.readOnly) return undefined;
  if (!approval) return `it changes nodes and has not been approved: muster schedule approve ${name}`;
  if (approval.sha256 !== playbook.sha256)
    return `its playbook, or what it uses, was changed after ${approval.by} approved it: muster schedule approve ${name}`;
  return undefined;
}
