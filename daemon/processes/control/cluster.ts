/** Starts the area `cluster`: the connections to Consul and Nomad, and the finder of the web pages of services. */
import type { ServicesApi } from "../../api/cluster/services.ts";
import { openConsul } from "../../cluster/consul/consul.ts";
import { openNomad } from "../../cluster/nomad/nomad.ts";
import { WebUiFinder } from "../../cluster/web-uis.ts";
import { readSecret } from "../../config/secret-file.ts";
import type { Shared } from "./shared.ts";

export async function startCluster({ config, log, parts }: Pick<Shared, "config" | "log" | "parts">): Promise<{ api: ServicesApi }> {
  const { consul, nomad } = config.cluster;
  const servicesLog = log.child({ part: "services" });
  const webUis = new WebUiFinder({
    consul:
      consul &&
      (await parts.start(
        "connection to Consul",
        () => openConsul({ url: consul.url, token: readSecret("cluster.consul.token_file", consul.token_file) }),
        (connection) => connection.close(),
      )),
    nomad:
      nomad &&
      (await parts.start(
        "connection to Nomad",
        () => openNomad({ url: nomad.url }),
        (connection) => connection.close(),
      )),
    links: config.admin.links,
    changed: (service, reason) =>
      reason === undefined
        ? servicesLog.info({ service }, "the service can be reached again")
        : servicesLog.warn({ service, reason }, "the service cannot be reached"),
  });
  return { api: { webUis: () => webUis.find() } };
}
