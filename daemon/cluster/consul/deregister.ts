/** Removes a service that no agent looks after any more. */
import * as z from "zod";
import { readAnswer } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import type { Consul } from "./consul.ts";

/** Only the agent that registered a service can remove it for good. Another agent changes nothing, and old versions answer 200 even then. */
export const deregisterAtAgent = async (consul: Consul, serviceId: string, call: ClusterCall): Promise<void> => {
  await sendRequest(consul, { ...call, method: "PUT", path: path`/v1/agent/service/deregister/${serviceId}` });
};

/** Removes the service from the catalogue. If the agent of the node still runs, it registers the service again. */
export const deregisterInCatalog = async (
  consul: Consul,
  { node, serviceId }: { node: string; serviceId: string },
  call: ClusterCall,
): Promise<void> => {
  const body = { Node: node, ServiceID: serviceId };
  await readAnswer(consul, z.boolean(), { ...call, method: "PUT", path: "/v1/catalog/deregister", body });
};

/** Removes a node with all its services, for example a node that was retired. */
export const deregisterNode = async (consul: Consul, node: string, call: ClusterCall): Promise<void> => {
  await readAnswer(consul, z.boolean(), { ...call, method: "PUT", path: "/v1/catalog/deregister", body: { Node: node } });
};
