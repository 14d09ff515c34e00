/** Starts the area `cluster`, which finds the web pages of services on the nodes. */
import type { ServicesApi } from "../../api/cluster/services.ts";
import { WebUiFinder } from "../../cluster/web-uis.ts";
import { readSecret } from "../../config/secret-file.ts";
import type { Shared } from "./shared.ts";

export function startCluster({ config, log }: Pick<Shared, "config" | "log">): { api: ServicesApi } {
  const { consul, nomad } = config.cluster;
  const servicesLog = log.child({ part: "services" });
  const webUis = new WebUiFinder({
    consul: consul && { url: consul.url, token: readSecret("cluster.consul.token_file", consul.token_file) },
    nomad,
    links: config.admin.links,
    changed: (service, reason) =>
      reason === undefined
        ? servicesLog.info({ service }, "the service can be reached again")
        : servicesLog.warn({ service, reason }, "the service cannot be reached"),
  });
  return { api: { webUis: () => webUis.find() } };
}
