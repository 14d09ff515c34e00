/** Defines the routes about schedules. The clock that starts schedules is in the area `jobs`. */
import type { PlaybookList } from "../../contract/jobs/playbook.ts";
import type { Maintenance, Schedule } from "../../contract/jobs/schedule.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { machinesOf } from "../../jobs/schedules/due.ts";
import type { EventStore } from "../../store/events.ts";
import type { ScheduleStore } from "../../store/jobs/schedules.ts";
import type { Mount } from "../mount.ts";
import { playbookCalled, requireLimited } from "./runs.ts";

export interface SchedulesApi {
  schedules: ScheduleStore;
  nodes: { findById(id: string): Node | undefined; findByName(name: string): Node | undefined };
  /** Finds a node by its name, MAC address or id. Throws NODE_NOT_FOUND if no node matches. */
  findNode(reference: string): Node;
  events: EventStore;
  playbooks(): PlaybookList;
  maintenance(now: Date): Maintenance;
  /** Returns the first time after `from` that matches `cron`. Throws REQUEST_INVALID if `cron` is invalid. */
  nextTime(cron: string, from: Date): Date;
}

export function schedulesApi(mount: Mount, { schedules, nodes, findNode, events, playbooks, maintenance, nextTime }: SchedulesApi): void {
  const tell = (type: string, name: string, summary: string) =>
    events.append({ source: "control", type: `schedule.${type}`, summary, detail: { schedule: name } });

  /** Returns the schedule with the current names of its nodes. */
  const shown = (schedule: Schedule): Schedule => ({
    ...schedule,
    nodes: schedule.nodes === "all" ? "all" : machinesOf(schedule, nodes).map((each) => (typeof each === "string" ? each : each.name)),
  });

  mount(routes.listSchedules, () => ({ schedules: schedules.list().map(shown), maintenance: maintenance(new Date()) }));

  mount(routes.addSchedule, ({ name, playbook, nodes: targets, cron }, { caller }) => {
    requireLimited(playbookCalled(playbook, playbooks()));
    const now = new Date();
    const listed = targets === "all" ? [] : [...new Map(targets.map((each) => findNode(each)).map((node) => [node.id, node])).values()];
    const schedule: Schedule = {
      name,
      playbook,
      ...(targets === "all" ? { nodes: targets } : { nodes: listed.map((node) => node.name), nodeIds: listed.map(({ id }) => id) }),
      cron,
      createdBy: caller.name,
      owner: { keyId: caller.keyId, name: caller.owner, role: caller.role },
      createdAt: now.toISOString(),
      next: nextTime(cron, now).toISOString(),
      timeZone: maintenance(now).timeZone,
    };
    schedules.add(schedule);
    tell("added", name, `schedule ${name} (${playbook}, ${cron}) added by ${caller.name}`);
    return schedule;
  });

  mount(routes.approveSchedule, ({ name }, { caller }) => {
    const schedule = schedules.find(name);
    const { sha256 } = playbookCalled(schedule.playbook, playbooks());
    const approved = { ...schedule, approval: { by: caller.name, at: new Date().toISOString(), sha256 } };
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
