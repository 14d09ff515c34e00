/** The cluster as the control process knows it. A list that is not known is missing, and never empty. */
import * as z from "zod";
import { Member } from "./member.ts";
import { Servers } from "./servers.ts";
import { ServiceHealth } from "./service-health.ts";
import { Standing } from "./standing.ts";
import { ClusterAllocation, Workload } from "./workload.ts";

/** A long list is cut. `total` counts all. */
const cut = <Item extends z.ZodType>(item: Item) => z.object({ total: z.int(), rows: z.array(item) });

export const ClusterState = z.object({
  consul: z.object({
    standing: Standing,
    servers: Servers.optional(),
    services: cut(ServiceHealth).optional(),
  }),
  nomad: z.object({
    standing: Standing,
    servers: Servers.optional(),
    workloads: cut(Workload).optional(),
    allocations: cut(ClusterAllocation).optional(),
  }),
  /** Missing if neither Consul nor Nomad has given an answer. */
  members: cut(Member).optional(),
});
export type ClusterState = z.output<typeof ClusterState>;
