/** What the plots draw, from the newest events and jobs: columns of numbers, time in seconds first. Pure. */
import type { Event } from "../../../daemon/contract/event.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { eventTone } from "../parts/event-tone.ts";
import { journeyOf, median } from "../parts/journey.ts";
import { lengthOf } from "../parts/time/relative-time.ts";

/** The first column is time; a null is a gap. */
export type Columns = [number[], ...(number | null)[][]];

export interface Trend {
  columns: Columns;
  /** The same in a sentence, for those who do not see it. */
  summary: string;
}

const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const boots = new Set(["boot.wait", "boot.local", "install.handed-out", "rescue.handed-out", "wipe.handed-out"]);

/** Of each machine's latest way to ready: minutes for the installation and for the configuration, by when it ended. */
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
        ? "No machine became ready among the newest events."
        : `${many(ways.length, "machine")} became ready; the median installation took ${lengthOf(median(installs))}, the median configuration ${lengthOf(median(configures))}.`,
  };
}

/** Network boots and failures in each hour, hours without either too. */
export function bootsByHour(events: readonly Event[]): Trend {
  const counted = events.filter(({ nodeId }) => nodeId !== undefined);
  const hours = counted.map(({ at }) => Math.floor(Date.parse(at) / HOUR_MS));
  if (hours.length === 0) return { columns: [[], [], []], summary: "Nothing has happened yet." };
  // Clocks are set: the newest event is not always the latest.
  const [first, last] = [hours.reduce((a, b) => Math.min(a, b)), hours.reduce((a, b) => Math.max(a, b))];
  // A clock that was wrong for a day must not draw a year of empty hours.
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

/** Minutes each job took, by when it began: those that succeeded and the others. */
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
        : `${good.length} of ${many(ended.length, "job")} succeeded; the median took ${lengthOf(median(ended.map(({ ms }) => ms)))}.`,
  };
}
