/** Shows durations and failures over time, computed from the newest events and jobs. */
import { useEffect, useMemo, useState } from "react";
import type { Event } from "../../../daemon/contract/event.ts";
import type { Job } from "../../../daemon/contract/jobs/job.ts";
import { Problem, useAttempt } from "../parts/attempt.tsx";
import { usePage, useView } from "../parts/page-context.ts";
import { Plot, type PlotProps } from "./plot.tsx";
import { bootsByHour, jobLengths, waysToReady } from "./trends.ts";

/** The maximum numbers of events and jobs that the API returns. */
const EVENTS = 5000;
const JOBS = 1000;

export function TrendsPage() {
  const { client, live } = usePage();
  const { loaded } = useView();
  const { attempt, busy, problem } = useAttempt();
  const [events, setEvents] = useState<readonly Event[]>();
  const [jobs, setJobs] = useState<readonly Job[]>();
  const load = () =>
    attempt(async () => {
      const since = Math.max(0, live.view().fleet.seq - EVENTS);
      const [newest, done] = await Promise.all([client.listEvents({ since, limit: EVENTS }), client.listJobs({ limit: JOBS })]);
      setEvents(newest);
      setJobs(done);
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs after the fleet is loaded, and again on request
  useEffect(() => {
    if (loaded) void load();
  }, [loaded, client]);
  const plots = useMemo(() => events && jobs && plotsOf(events, jobs), [events, jobs]);
  return (
    <section className="detail">
      <div className="counts">
        <h1>Trends</h1>
        <span className="soft">
          of the newest {EVENTS} events and {JOBS} jobs
        </span>
        <button type="button" disabled={busy} onClick={() => void load()}>
          Refresh
        </button>
      </div>
      <Problem problem={problem} />
      {plots ? (
        <div className="plots">
          {plots.map((plot) => (
            <Plot key={plot.title} {...plot} />
          ))}
        </div>
      ) : (
        !problem && <p className="asking">Loading…</p>
      )}
    </section>
  );
}

const plotsOf = (events: readonly Event[], jobs: readonly Job[]): PlotProps[] => [
  {
    title: "Time to ready",
    unit: "minutes",
    kind: "points",
    series: [
      { label: "installation", tone: "working" },
      { label: "configuration", tone: "good" },
    ],
    trend: waysToReady(events),
  },
  {
    title: "Boots and failures",
    unit: "per hour",
    kind: "bars",
    series: [
      { label: "network boots", tone: "working" },
      { label: "failures", tone: "bad" },
    ],
    trend: bootsByHour(events),
  },
  {
    title: "Jobs",
    unit: "minutes",
    kind: "points",
    series: [
      { label: "succeeded", tone: "good" },
      { label: "failed", tone: "bad" },
    ],
    trend: jobLengths(jobs),
  },
];
