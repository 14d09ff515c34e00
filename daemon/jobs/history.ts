/** Removes jobs, events, plans and tokens that are older than `jobs.history_days`, in small slices, so that requests are answered meanwhile. */
import { type Interval, PeriodicTask, type PeriodicWork } from "../errors/periodic-task.ts";
import type { HistoryStore } from "../store/jobs/history.ts";

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const SLICE = 200;

export interface HistoryUpkeep {
  history: HistoryStore;
  days: number;
  log: PeriodicWork["log"];
  now?: () => number;
  interval?: Interval;
}

/** Returns a task that is not started. The first removal happens one interval after the start. */
export function historyUpkeep({ history, days, log, now = Date.now, interval }: HistoryUpkeep): PeriodicTask {
  return new PeriodicTask({
    everyMs: EVERY_MS,
    run: async (stopped) => {
      const before = new Date(now() - days * DAY_MS).toISOString();
      const removals = [
        () => history.removeJobs(before, SLICE),
        () => history.removeEvents(before, SLICE),
        () => history.removePlans(before, SLICE),
        () => history.removeTokens(before, SLICE),
      ];
      for (const remove of removals) while (!stopped.aborted && remove() === SLICE) await new Promise((resolve) => setImmediate(resolve));
    },
    log,
    failure: "old jobs and events could not be removed; retrying until it works",
    interval,
  });
}
