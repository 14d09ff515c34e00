/** Defines the routes that report the health, the counts, the events and the metrics of the daemon. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as z from "zod";
import type { Profile } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import type { AlertStore } from "../../store/admin/alerts.ts";
import type { Happenings } from "../../store/admin/happenings.ts";
import type { EventStore } from "../../store/events.ts";
import type { Mount } from "../mount.ts";
import type { LastFigures } from "./executor-metrics.ts";
import { type MeasuredAreas, metricsApi } from "./metrics.ts";

type Status = z.input<typeof routes.status.response>;

export interface StatusApi {
  nodes: { counts(): Record<string, number> };
  jobs: MeasuredAreas["jobs"] & { counts(): Record<string, number> };
  events: EventStore;
  alerts: AlertStore;
  happenings: Happenings;
  executorFigures?: LastFigures;
  defaultProfile: Profile;
  admit(request: FastifyRequest, reply: FastifyReply): void;
  process(): Pick<Status, "version" | "startedAt" | "dhcpMode" | "interfaces" | "executor" | "netboot">;
}

export function statusApi(app: FastifyInstance, mount: Mount, { nodes, jobs, events, alerts, happenings, ...world }: StatusApi): void {
  mount(routes.health, () => ({ status: "ok" as const }));
  mount(routes.status, () => ({
    ...world.process(),
    defaultProfile: world.defaultProfile,
    nodes: nodes.counts(),
    jobs: jobs.counts(),
    seq: events.lastSeq(),
  }));
  mount(routes.listEvents, ({ since, limit }) => events.after(since, limit));

  const { admit, executorFigures = () => undefined } = world;
  metricsApi(app, { nodes, jobs, events, alerts, happenings, admit, executorFigures });
}
