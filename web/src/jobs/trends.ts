/** Computes the columns of the plots from events and jobs. The first column contains the time in seconds. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { eventTone } from "../parts/event-tone.ts";
import { journeyOf, median } from "../parts/journey.ts";
import { lengthOf } from "../parts/time/relative-time.ts";

/** The first column contains the time in seconds. A value of null creates a gap in the plot. */
export type Columns = [number[], ...(number | null)[][]];

export interface Trend {
  columns: Columns;
  /** A sentence for screen readers that summarizes the data. */
  summary: string;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const boots = new Set(["boot.wait", "boot.local", "install.handed-out", "rescue.handed-out", "wipe.handed-out"]);

/** Returns the minutes that each machine's latest installation and configuration took, ordered by their end. */
export function waysToReady(events: readonly Event[]): Trend {
  const byNode = Map.groupBy(
    events.filter(({ nodeId }) => nodeId !== undefined),
    ({ nodeId }) => nodeId,
  );
  const ways = [...byNode.values()]
    .map(journeyOf)
    .filter((journey) => journey?.outcome === "ready")
    .map((journey) => {
      const steps = journey?.steps ?? [];
      const configuring = steps.find(({ name }) => name === "configuring");
      const end = steps.at(-1)?.toMs ?? 0;
      const installEnd = configuring?.fromMs ?? end;
      return { end, install: installEnd - (steps[0]?.fromMs ?? installEnd), configure: configuring ? end - configuring.fromMs : undefined };
    })
    .sort((a, b) => a.end - b.end);
  const installs = ways.map(({ install }) => install).filter((ms) => ms > 0);
  const configures = ways.map(({ configure }) => configure).filter((ms) => ms !== undefined);
  return {
    columns: [
      ways.map(({ end }) => end / 1000),
      ways.map(({ install }) => (install > 0 ? install / MINUTE_MS : null)),
      ways.map(({ configure }) => (configure === undefined ? null : configure / MINUTE_MS)),
    ],
    summary:
      ways.length === 0
        ? "In the newest events, no machine became ready."
        : `${many(ways.length, "machine")} became ready. The median installation took ${lengthOf(median(installs))}, the median configuration ${lengthOf(median(configures))}.`,
  };
}

/** Returns the network boots and failures per hour, including hours without any. */
export function bootsByHour(events: readonly Event[]): Trend {
  const counted = events.filter(({ nodeId }) => nodeId !== undefined);
  const hours = counted.map(({ at }) => Math.floor(Date.parse(at) / HOUR_MS));
  if (hours.length === 0) return { columns: [[], [], []], summary: "No events yet." };
  // The newest event does not always have the latest time, because clocks can be set back.
  const [first, last] = [hours.reduce((a, b) => Math.min(a, b)), hours.reduce((a, b) => Math.max(a, b))];
  // The plot covers at most 31 days, because a wrong clock could otherwise add a year of empty hours.
  const from = Math.max(first, last - 24 * 31);
  const columns: [number[], number[], number[]] = [[], [], []];
  for (let hour = from; hour <= last; hour++) {
    columns[0].push((hour * HOUR_MS) / 1000);
    columns[1].push(0);
    columns[2].push(0);
  }
  for (const [index, event] of counted.entries()) {
    const slot = (hours[index] ?? 0) - from;
    if (slot < 0 || slot >= columns[0].length) continue;
    if (boots.has(event.type)) columns[1][slot] = (columns[1][slot] ?? 0) + 1;
    if (eventTone(event) === "bad") columns[2][slot] = (columns[2][slot] ?? 0) + 1;
  }
  const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    columns,
    summary: `${many(sum(columns[1]), "network boot")} and ${many(sum(columns[2]), "failure")} in ${many(columns[0].length, "hour")}.`,
  };
}

/** Returns the minutes per job, ordered by start, in one column for successful jobs and one for other jobs. */
export function jobLengths(jobs: readonly Job[]): Trend {
  const ended = jobs
    .flatMap(({ startedAt, endedAt, status }) =>
      startedAt === undefined || endedAt === undefined
        ? []
        : [{ began: Date.parse(startedAt), ms: Date.parse(endedAt) - Date.parse(startedAt), status }],
    )
    .sort((a, b) => a.began - b.began);
  const good = ended.filter(({ status }) => status === "succeeded");
  return {
    columns: [
      ended.map(({ began }) => began / 1000),
      ended.map(({ ms, status }) => (status === "succeeded" ? ms / MINUTE_MS : null)),
      ended.map(({ ms, status }) => (status === "succeeded" ? null : ms / MINUTE_MS)),
    ],
    summary:
      ended.length === 0
        ? "No job has ended yet."
        : `${good.length} of ${many(ended.length, "job")} succeeded. The median took ${lengthOf(median(ended.map(({ ms }) => ms)))}.`,
  };
}
