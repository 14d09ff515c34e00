/** What a schedule does now. Pure: who looks at the clock asks, and does it. */

import type { Playbook } from "../../contract/jobs/playbook.ts";
import type { Schedule } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { isOpen, type MaintenanceRule, opensAt } from "./maintenance.ts";

export type DueStep =
  /** Stays due; `outcome` is what it waits for. */
  | { kind: "wait"; outcome: string }
  /** Is over for this time. */
  | { kind: "skip"; outcome: string }
  | { kind: "run"; playbook: Playbook };

export const isDue = ({ dueSince, next }: Schedule, now: Date): boolean => dueSince !== undefined || next <= now.toISOString();

/** The nodes it lists, whatever they are called now; where there is none, the name that was given. */
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

/** Of one that is due. */
export function dueStep(schedule: Schedule, playbook: Playbook | undefined, rule: MaintenanceRule, now: Date): DueStep {
  if (!playbook) return { kind: "skip", outcome: `not run: there is no playbook ${schedule.playbook} any more` };
  if (playbook.readOnly) return { kind: "run", playbook };
  const reason = unapproved(schedule, playbook);
  if (reason !== undefined) return { kind: "skip", outcome: `not run: ${reason}` };
  if (isOpen(rule, now)) return { kind: "run", playbook };
  const opens = opensAt(rule, now);
  return { kind: "wait", outcome: `waits for a maintenance window${opens ? `, which opens at ${opens.toISOString()}` : ""}` };
}

/** Why it may not change nodes; nothing for one that only looks. */
export function unapproved({ name, approval }: Schedule, playbook: Playbook): string | undefined {
  if (playbook.readOnly) return undefined;
  if (!approval) return `it changes nodes and has not been approved: muster schedule approve ${name}`;
  if (approval.sha256 !== playbook.sha256)
    return `its playbook, or what it uses, was changed after ${approval.by} had approved it: muster schedule approve ${name}`;
  return undefined;
}
