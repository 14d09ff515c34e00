/** Defines the route that reads the state of the cluster. An unreachable service is a part of the answer, not an error. */
import type { ClusterState } from "../../contract/cluster/cluster-state.ts";
import { routes } from "../../contract/routes.ts";
import type { Mount } from "../mount.ts";

export interface ClusterApi {
  cluster(): ClusterState;
}

export function clusterApi(mount: Mount, { cluster }: ClusterApi): void {
  mount(routes.cluster, () => cluster());
}
