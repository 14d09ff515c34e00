/** How the daemon itself is doing: health, counts, what a machine would be answered. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type * as z from "zod";
import type { Profile } from "../../contract/machines/node.ts";
import { Mac } from "../../contract/names.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import type { AlertStore } from "../../store/admin/alerts.ts";
import type { Happenings } from "../../store/admin/happenings.ts";
import type { EventStore } from "../../store/events.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { Mount } from "../mount.ts";
import type { LastFigures } from "./executor-metrics.ts";
import { metricsApi } from "./metrics.ts";

type Status = z.input<typeof routes.status.response>;

export interface StatusApi {
  nodes: NodeStore;
  jobs: JobStore;
  events: EventStore;
  alerts: AlertStore;
  happenings: Happenings;
  executorFigures?: LastFigures;
  defaultProfile: Profile;
  admit(request: FastifyRequest, reply: FastifyReply): void;
  process(): Pick<Status, "version" | "startedAt" | "dhcpMode" | "interfaces" | "executor" | "netboot">;
  explain(
    mac: string,
    asked: { arch: number; userClass?: string | undefined; mode?: "off" | "proxy" | "full" | undefined; interface?: string | undefined },
  ): z.input<typeof routes.explain.response>;
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
  mount(routes.explain, ({ mac, ...asked }) => {
    const parsed = Mac.safeParse(mac);
    if (!parsed.success) throw new MusterError("REQUEST_INVALID", `mac: ${mac} is not a MAC address such as 52:54:00:12:34:56`);
    return world.explain(parsed.data, asked);
  });

  const { admit, executorFigures = () => undefined } = world;
  metricsApi(app, { nodes, jobs, events, alerts, happenings, admit, executorFigures });
}
