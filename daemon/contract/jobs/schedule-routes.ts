/** Playbooks by the clock. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { PlaybookName } from "./playbook.ts";
import { Maintenance, Schedule, ScheduleName, Targets } from "./schedule.ts";

const ScheduleRef = z.object({ name: z.string().max(100) });

export const scheduleRoutes = {
  listSchedules: {
    method: "GET",
    path: "/api/schedules",
    summary: "The schedules, and whether a maintenance window is open",
    access: "viewer",
    response: z.object({ schedules: z.array(Schedule), maintenance: Maintenance }),
  },
  addSchedule: {
    method: "POST",
    path: "/api/schedules",
    summary: "Run a playbook by the clock; one that changes something does nothing until an admin has approved it",
    access: "operator",
    body: z.strictObject({ name: ScheduleName, playbook: PlaybookName, nodes: Targets, cron: z.string().max(100) }),
    status: 201,
    response: Schedule,
  },
  approveSchedule: {
    method: "POST",
    path: "/api/schedules/:name/approve",
    summary: "Let a schedule change nodes, with its playbook as it is now",
    access: "admin",
    sensitive: true,
    params: ScheduleRef,
    response: Schedule,
  },
  removeSchedule: {
    method: "DELETE",
    path: "/api/schedules/:name",
    summary: "Run it no more; jobs it has started go on",
    access: "operator",
    params: ScheduleRef,
    response: z.object({ message: z.string() }),
  },
} satisfies Record<string, Route>;
