/** Routes to schedule playbooks. */
import * as z from "zod";
import type { Route } from "../route.ts";
import { PlaybookName } from "./playbook.ts";
import { RunOptions } from "./run-options.ts";
import { Maintenance, Schedule, ScheduleName, Targets } from "./schedule.ts";

const ScheduleRef = z.object({ name: z.string().max(100) });

export const scheduleRoutes = {
  listSchedules: {
    method: "GET",
    path: "/api/schedules",
    summary: "Schedules, and the state of the maintenance windows",
    access: "viewer",
    response: z.object({ schedules: z.array(Schedule), maintenance: Maintenance }),
  },
  addSchedule: {
    method: "POST",
    path: "/api/schedules",
    summary: "Run a playbook at set times. A schedule that changes something needs the approval of an admin first.",
    access: "operator",
    body: z.strictObject({ name: ScheduleName, playbook: PlaybookName, nodes: Targets, cron: z.string().max(100), ...RunOptions.shape }),
    status: 201,
    response: Schedule,
  },
  approveSchedule: {
    method: "POST",
    path: "/api/schedules/:name/approve",
    summary: "Approve a schedule that changes nodes, with its current playbook, its current nodes and their values",
    access: "admin",
    sensitive: true,
    params: ScheduleRef,
    response: Schedule,
  },
  removeSchedule: {
    method: "DELETE",
    path: "/api/schedules/:name",
    summary: "Remove a schedule. Its running jobs continue.",
    access: "operator",
    params: ScheduleRef,
    response: z.object({ message: z.string() }),
  },
} satisfies Record<string, Route>;
