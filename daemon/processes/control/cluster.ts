/** Starts the area `cluster`: the connections to Consul and Nomad, and the finder of the web pages of services. */
import type { ServicesApi } from "../../api/cluster/services.ts";
import { openConsul } from "../../cluster/consul/consul.ts";
import { openNomad } from "../../cluster/nomad/nomad.ts";
import { WebUiFinder } from "../../cluster/web-uis.ts";
import { clusterAccess } from "../../config/cluster-access.ts";
import type { Shared } from "./shared.ts";

export async function startCluster({ config, log, parts }: Pick<Shared, "config" | "log" | "parts">): Promise<{ api: ServicesApi }> {
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
  return { api: { webUis: () => webUis.find() } };
}
