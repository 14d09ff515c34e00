/**
 * Starts the clock that runs the schedules. The area `jobs` runs the playbooks of a schedule, and the area `changes`
 * decides whether the schedule may run.
 */
import { recordRun } from "../../audit/job-records.ts";
import type { Changes } from "../../changes/changes.ts";
import { ScheduleClock } from "../../jobs/schedules/clock.ts";
import { scheduledRuns } from "../../jobs/schedules/scheduled-runs.ts";
import type { Jobs } from "./jobs.ts";
import type { Shared } from "./shared.ts";

export async function startSchedules(
  { log, parts, stores, audit }: Shared,
  { api, maintenance }: Jobs,
  desk: Pick<Changes, "byClock">,
): Promise<void> {
  const run = scheduledRuns({
    decide: (proposal, owner, approvedBy) => desk.byClock(proposal, owner, approvedBy),
    record: (scheduled, queue) => recordRun(audit, scheduled, queue),
    queue: api.run,
  });
  const clock = new ScheduleClock({ ...stores, log: log.child({ part: "schedules" }), ...api, maintenance, run });
  await parts.start(
    "schedules",
    () => clock.start(),
    () => clock.stop(),
  );
}
