/**
 * Serves `/metrics` for Prometheus. Each scrape reads the gauges from the database. Control computes the counters and
 * histograms from stored records, so a restart loses no counts. Only the counters of requests begin at 0 when control
 * starts.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Counter, Gauge, Histogram, Registry as Metrics } from "prom-client";
import { Job, JobStatus } from "../../contract/jobs/job.ts";
import { NodeState } from "../../contract/machines/node.ts";
import type { AlertStore } from "../../store/admin/alerts.ts";
import type { Happenings } from "../../store/admin/happenings.ts";
import type { EventStore } from "../../store/events.ts";
import { type CatchUp, catchUp } from "./catch-up.ts";
import { governanceMetrics } from "./change-metrics.ts";
import { executorMetrics, type LastFigures } from "./executor-metrics.ts";
import { requestMetrics } from "./request-metrics.ts";

/** The data from other areas that the metrics need. */
export interface MeasuredAreas {
  nodes: { counts(): Readonly<Record<string, number>> };
  jobs: {
    countsByKind(): readonly { kind: string; status: string; count: number }[];
    /** Returns the time at which the oldest queued job began to wait for a free slot. Returns undefined if no job waits. */
    waitingSince(now: Date): string | undefined;
    endedAfter(seq: number, upTo: number): readonly { seq: number; kind: string; status: string; seconds: number | undefined }[];
  };
}

export interface MetricsApi extends MeasuredAreas {
  events: EventStore;
  alerts: AlertStore;
  happenings: Happenings;
  executorFigures: LastFigures;
  /** Throws if the caller may not read the metrics. A caller with any role may read the metrics. */
  admit(request: FastifyRequest, reply: FastifyReply): void;
}

const KINDS = [Job.shape.kind.value];
const PROCESSES = ["control", "netboot", "executor"];
const DURATION_BUCKETS = [5, 15, 30, 60, 120, 300, 600, 1800, 3600];

export function metricsApi(app: FastifyInstance, parts: MetricsApi): void {
  const metrics = new Metrics();
  states(metrics, parts);
  const countJobs = durations(metrics, parts);
  restarts(metrics, parts);
  requestMetrics(metrics, app);
  executorMetrics(metrics, parts.executorFigures);
  const countAudit = governanceMetrics(metrics, parts);
  app.get("/metrics", { schema: { hide: true }, onRequest: async (request, reply) => parts.admit(request, reply) }, async (_, reply) => {
    reply.type(metrics.contentType);
    await Promise.all([countJobs(), countAudit()]);
    return metrics.metrics();
  });
}

/** Exports a state without nodes or jobs as 0, because a series that disappears looks like a failed scrape. */
function states(metrics: Metrics, { nodes, jobs, events }: MetricsApi): void {
  const registers = [metrics];
  new Gauge({
    name: "muster_nodes",
    help: "Nodes by phase",
    labelNames: ["phase"],
    registers,
    collect() {
      const counts = nodes.counts();
      for (const option of NodeState.options) this.set({ phase: option.shape.phase.value }, counts[option.shape.phase.value] ?? 0);
    },
  });
  new Gauge({
    name: "muster_jobs",
    help: "Jobs by kind and status",
    labelNames: ["kind", "status"],
    registers,
    collect() {
      for (const kind of KINDS) for (const status of JobStatus.options) this.set({ kind, status }, 0);
      for (const { kind, status, count } of jobs.countsByKind()) this.set({ kind, status }, count);
    },
  });
  new Gauge({
    name: "muster_job_queue_age_seconds",
    help: "Age of the oldest job that waits for a free place; 0 if none waits",
    registers,
    collect() {
      const now = new Date();
      const since = jobs.waitingSince(now);
      this.set(since === undefined ? 0 : Math.max(0, now.getTime() - Date.parse(since)) / 1000);
    },
  });
  new Gauge({
    name: "muster_events_total",
    help: "Events recorded since this database was made",
    registers,
    collect() {
      this.set(events.lastSeq());
    },
  });
}

/** The number of events in one slice. Control reads one slice in about 10 ms. */
const SLICE = 4000;

function durations(metrics: Metrics, { jobs, events }: MetricsApi): CatchUp {
  const histogram = new Histogram({
    name: "muster_job_duration_seconds",
    help: "Duration of the last attempt of ended jobs",
    labelNames: ["kind", "status"],
    buckets: DURATION_BUCKETS,
    registers: [metrics],
  });
  let seen = 0;
  return catchUp(() => {
    const last = events.lastSeq();
    const upTo = Math.min(last, seen + SLICE);
    for (const { kind, status, seconds } of jobs.endedAfter(seen, upTo))
      if (seconds !== undefined) histogram.observe({ kind, status }, seconds);
    seen = upTo;
    return upTo < last;
  });
}

function restarts(metrics: Metrics, { events }: MetricsApi): void {
  let seen = 0;
  new Counter({
    name: "muster_process_restarts_total",
    help: "Restarts of the daemon's processes",
    labelNames: ["process"],
    registers: [metrics],
    collect() {
      for (const process of PROCESSES) this.inc({ process }, 0);
      for (const { seq, detail } of events.ofType("process.exited", seen)) {
        this.inc({ process: String(detail?.process) });
        seen = seq;
      }
    },
  });
}
