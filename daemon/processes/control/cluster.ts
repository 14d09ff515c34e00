/** Starts the area `cluster`: the connections to Consul and Nomad, the live model, and the finder of web pages of services. */
import type { ClusterApi } from "../../api/cluster/cluster.ts";
import type { ModelsApi } from "../../api/cluster/models.ts";
import type { ServicesApi } from "../../api/cluster/services.ts";
import { type Consul, openConsul } from "../../cluster/consul/consul.ts";
import { LiveCluster } from "../../cluster/live/live-cluster.ts";
import { listModels } from "../../cluster/model-store/model-folder.ts";
import { type Nomad, openNomad } from "../../cluster/nomad/nomad.ts";
import { WebUiFinder } from "../../cluster/web-uis.ts";
import { clusterAccess } from "../../config/cluster-access.ts";
import type { Shared } from "./shared.ts";

type Needed = Pick<Shared, "config" | "data" | "log" | "parts">;

export async function startCluster({
  config,
  data,
  log,
  parts,
}: Needed): Promise<{ api: ServicesApi & Pick<ModelsApi, "storedModels"> & ClusterApi }> {
  const [toConsul, toNomad] = [clusterAccess(config.cluster, "consul"), clusterAccess(config.cluster, "nomad")];
  const end = (connection: { close(): Promise<void> }) => connection.close();
  const consul = toConsul && (await parts.start("connection to Consul", () => openConsul(toConsul), end));
  const nomad = toNomad && (await parts.start("connection to Nomad", () => openNomad(toNomad), end));
  const live = await startLive({ log, parts }, consul, nomad);
  const servicesLog = log.child({ part: "services" });
  const webUis = new WebUiFinder({
    consul,
    nomad,
    links: config.admin.links,
    changed: (service, reason) =>
      reason === undefined
        ? servicesLog.info({ service }, "the service can be reached again")
        : servicesLog.warn({ service, reason }, "the service cannot be reached"),
  });
  return { api: { webUis: () => webUis.find(), storedModels: () => listModels(data.assets), cluster: () => live.state() } };
}

async function startLive({ log, parts }: Pick<Shared, "log" | "parts">, consul: Consul | undefined, nomad: Nomad | undefined) {
  const liveLog = log.child({ part: "cluster" });
  const live = new LiveCluster({
    consul,
    nomad,
    changed: (service, standing) =>
      standing.state === "fresh"
        ? liveLog.info({ service }, "the live model of the cluster is up to date")
        : liveLog.warn({ service, ...standing }, "the live model of the cluster is not up to date"),
    broken: (service, error) => liveLog.error({ service, err: error }, "the live model stopped following the service; restart the daemon"),
  });
  return parts.start(
    "live model of the cluster",
    () => {
      live.start();
      return live;
    },
    () => live.stop(),
  );
}
