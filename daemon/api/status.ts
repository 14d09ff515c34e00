/** How the daemon itself is doing: health, counts, what a machine would be answered, metrics. */
import type { FastifyInstance } from "fastify";
import { Gauge, Registry as Metrics } from "prom-client";
import type * as z from "zod";
import { JobStatus } from "../contract/job.ts";
import { Mac } from "../contract/names.ts";
import { NodeState, type Profile } from "../contract/node.ts";
import { routes } from "../contract/routes.ts";
import { MusterError } from "../errors.ts";
import type { EventStore } from "../store/events.ts";
import type { JobStore } from "../store/jobs.ts";
import type { NodeStore } from "../store/nodes.ts";
import type { Mount } from "./mount.ts";

type Status = z.input<typeof routes.status.response>;

export interface StatusApi {
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  defaultProfile: Profile;
  process(): Pick<Status, "version" | "startedAt" | "dhcpMode" | "executor" | "netboot">;
  explain(mac: string, options: { arch: number; userClass?: string | undefined }): z.input<typeof routes.explain.response>;
}

export function statusApi(app: FastifyInstance, mount: Mount, { nodes, jobs, events, ...world }: StatusApi): void {
  mount(routes.health, () => ({ status: "ok" as const }));
  mount(routes.status, () => ({
    ...world.process(),
    defaultProfile: world.defaultProfile,
    nodes: nodes.counts(),
    jobs: jobs.counts(),
    seq: events.lastSeq(),
  }));
  mount(routes.listEvents, ({ since, limit }) => events.after(since, limit));
  mount(routes.explain, ({ mac, arch, userClass }) => {
    const parsed = Mac.safeParse(mac);
    if (!parsed.success) throw new MusterError("REQUEST_INVALID", `mac: ${mac} is not a MAC address such as 52:54:00:12:34:56`);
    return world.explain(parsed.data, { arch, userClass });
  });

  const metrics = new Metrics();
  new Gauge({ name: "muster_nodes", help: "Nodes by phase", labelNames: ["phase"], registers: [metrics], collect: phases(nodes) });
  new Gauge({ name: "muster_jobs", help: "Jobs by status", labelNames: ["status"], registers: [metrics], collect: statuses(jobs) });
  new Gauge({
    name: "muster_events_total",
    help: "Events recorded since this database was made",
    registers: [metrics],
    collect() {
      this.set(events.lastSeq());
    },
  });
  app.get("/metrics", { schema: { hide: true } }, async (_, reply) => {
    reply.type(metrics.contentType);
    return metrics.metrics();
  });
}

/** Zeroes too: a series that vanishes looks like a broken scrape. */
function phases(nodes: NodeStore) {
  return function collect(this: Gauge<"phase">) {
    const counts = nodes.counts();
    for (const option of NodeState.options) {
      const phase = option.shape.phase.value;
      this.set({ phase }, counts[phase] ?? 0);
    }
  };
}

function statuses(jobs: JobStore) {
  return function collect(this: Gauge<"status">) {
    const counts = jobs.counts();
    for (const status of JobStatus.options) this.set({ status }, counts[status] ?? 0);
  };
}
