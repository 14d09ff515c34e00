/** Starts the area `cluster`: the connections to Consul and Nomad, and the finder of the web pages of services. */
import type { ModelsApi } from "../../api/cluster/models.ts";
import type { ServicesApi } from "../../api/cluster/services.ts";
import { openConsul } from "../../cluster/consul/consul.ts";
import { listModels } from "../../cluster/model-store/model-folder.ts";
import { openNomad } from "../../cluster/nomad/nomad.ts";
import { WebUiFinder } from "../../cluster/web-uis.ts";
import { clusterAccess } from "../../config/cluster-access.ts";
import type { Shared } from "./shared.ts";

type Needed = Pick<Shared, "config" | "data" | "log" | "parts">;

export async function startCluster({ config, data, log, parts }: Needed): Promise<{ api: ServicesApi & ModelsApi }> {
  const [toConsul, toNomad] = [clusterAccess(config.cluster, "consul"), clusterAccess(config.cluster, "nomad")];
  const end = (connection: { close(): Promise<void> }) => connection.close();
  const consul = toConsul && (await parts.start("connection to Consul", () => openConsul(toConsul), end));
  const nomad = toNomad && (await parts.start("connection to Nomad", () => openNomad(toNomad), end));
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
  return { api: { webUis: () => webUis.find(), storedModels: () => listModels(data.assets) } };
}
