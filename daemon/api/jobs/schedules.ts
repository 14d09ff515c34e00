/** Defines the routes about schedules. The clock that starts schedules is in the area `jobs`. */
import type { Playbook, PlaybookList } from "../../contract/jobs/playbook.ts";
import { givenOptions, optionsInWords, type RunOptions } from "../../contract/jobs/run-options.ts";
import { groupIn, type Maintenance, type Schedule } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { machinesOf, meantNodes } from "../../jobs/schedules/due.ts";
import type { EventStore } from "../../store/events.ts";
import type { ScheduleStore } from "../../store/jobs/schedules.ts";
import type { Mount } from "../mount.ts";
import { nodesInGroup } from "./chosen-nodes.ts";
import { playbookCalled, requireLimited } from "./runs.ts";

export interface SchedulesApi {
  schedules: ScheduleStore;
  nodes: { findById(id: string): Node | undefined; findByName(name: string): Node | undefined; list(): Node[] };
  /** Reads the groups of the inventory, and returns a function for all groups of a node. */
  nodeGroups(): (node: Node) => readonly string[];
  /** Reads the inventory, and returns a function for the digest of a node's scope and values. */
  nodeBindings(): (node: Node) => string;
  /** Throws PARAMETER_INVALID if the playbook has no such tag or variable. */
  checkOptions(playbook: Playbook, options: RunOptions | undefined): void;
  /** Finds a node by its name, MAC address or id. Throws NODE_NOT_FOUND if no node matches. */
  findNode(reference: string): Node;
  events: EventStore;
  playbooks(): PlaybookList;
  maintenance(now: Date): Maintenance;
  /** Returns the first time after `from` that matches `cron`. Throws REQUEST_INVALID if `cron` is invalid. */
  nextTime(cron: string, from: Date): Date;
}

export function schedulesApi(mount: Mount, { schedules, nodes, findNode, events, ...ports }: SchedulesApi): void {
  const { playbooks, maintenance, nextTime, nodeGroups, nodeBindings, checkOptions } = ports;
  const tell = (type: string, name: string, summary: string) =>
    events.append({ source: "control", type: `schedule.${type}`, summary, detail: { schedule: name } });

  /** Returns the schedule with the current names of its nodes, and without the digests of its approval. */
  const shown = ({ approval, ...schedule }: Schedule): Schedule => ({
    ...schedule,
    ...(approval && { approval: withoutBindings(approval) }),
    nodes: schedule.nodes === "all" ? "all" : machinesOf(schedule, nodes).map((each) => (typeof each === "string" ? each : each.name)),
  });

  /** Finds a node, or checks that the group has a node. */
  const placeOf = (reference: string): { id: string; name: string } => {
    const group = groupIn(reference);
    if (group === undefined) return findNode(reference);
    nodesInGroup(group, { nodes, nodeGroups });
    return { id: reference, name: reference };
  };

  mount(routes.listSchedules, () => ({ schedules: schedules.list().map(shown), maintenance: maintenance(new Date()) }));

  mount(routes.addSchedule, ({ name, playbook, nodes: targets, cron, ...given }, { caller }) => {
    const found = playbookCalled(playbook, playbooks());
    requireLimited(found);
    const options = givenOptions(given);
    checkOptions(found, options);
    const now = new Date();
    const listed = targets === "all" ? [] : [...new Map(targets.map(placeOf).map((place) => [place.id, place])).values()];
    const schedule: Schedule = {
      name,
      playbook,
      ...(targets === "all" ? { nodes: targets } : { nodes: listed.map((node) => node.name), nodeIds: listed.map(({ id }) => id) }),
      ...(options && { options }),
      cron,
      createdBy: caller.name,
      owner: { keyId: caller.keyId, name: caller.owner, role: caller.role },
      createdAt: now.toISOString(),
      next: nextTime(cron, now).toISOString(),
      timeZone: maintenance(now).timeZone,
    };
    schedules.add(schedule);
    tell("added", name, `schedule ${name} (${playbook}${optionsInWords(options)}, ${cron}) added by ${caller.name}`);
    return schedule;
  });

  mount(routes.approveSchedule, ({ name }, { caller }) => {
    const schedule = schedules.find(name);
    const { sha256 } = playbookCalled(schedule.playbook, playbooks());
    const bindingOf = nodeBindings();
    const meant = meantNodes(schedule, nodes, nodeGroups()).flatMap((each) => (typeof each === "string" ? [] : [each]));
    const bindings = Object.fromEntries(meant.map((node) => [node.id, bindingOf(node)]));
    const approved = { ...schedule, approval: { by: caller.name, at: new Date().toISOString(), sha256, bindings } };
    schedules.save(approved);
    tell("approved", name, `schedule ${name} (${schedule.playbook}) approved by ${caller.name}`);
    return shown(approved);
  });

  mount(routes.removeSchedule, ({ name }, { caller }) => {
    schedules.remove(name);
    tell("removed", name, `schedule ${name} removed by ${caller.name}`);
    return { message: `schedule ${name} is removed` };
  });
}

/** The digests of thousands of nodes would make each answer long. */
function withoutBindings({ bindings, ...approval }: NonNullable<Schedule["approval"]>): Schedule["approval"] {
  return { ...approval, ...(bindings && { nodes: Object.keys(bindings).length }) };
}
