/** Route to read the state of the cluster. */
import type { Route } from "../route.ts";
import { ClusterState } from "./cluster-state.ts";

export const clusterRoutes = {
  cluster: {
    method: "GET",
    path: "/api/cluster",
    summary: "Consul and Nomad: standing, servers, members, workloads, allocations and services. An unknown list is missing.",
    access: "viewer",
    response: ClusterState,
  },
} satisfies Record<string, Route>;
