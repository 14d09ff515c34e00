/** The address, token and certificates of Consul and Nomad, in the form that their clients take. */
import type { ClusterSection } from "./cluster.ts";
import { readSecret } from "./secret-file.ts";

export interface ClusterAccess {
  url: string;
  token: string | undefined;
  tokenSetting: string;
  tls: { caFile: string | undefined; certificateFile: string | undefined; keyFile: string | undefined; serverName: string | undefined };
}

/** Returns undefined if the service is not configured. Throws if the file of the token cannot be used. */
export function clusterAccess(cluster: ClusterSection, service: "consul" | "nomad"): ClusterAccess | undefined {
  const agent = cluster[service];
  if (!agent) return undefined;
  const tokenSetting = `cluster.${service}.token_file`;
  return {
    url: agent.url,
    token: readSecret(tokenSetting, agent.token_file),
    tokenSetting,
    tls: { caFile: agent.ca_file, certificateFile: agent.certificate_file, keyFile: agent.key_file, serverName: agent.server_name },
  };
}
