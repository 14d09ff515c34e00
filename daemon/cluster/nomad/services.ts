/** Services that Nomad itself keeps, which are those with `provider = "nomad"`. All others are in Consul. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, list, readIndexed, text } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

const Services = z.object({ Namespace: z.string(), Services: list(z.object({ ServiceName: z.string(), Tags: list(z.string()) })) });

export const listServices = (nomad: Nomad, namespace: string, read: ClusterRead): Promise<Indexed<z.output<typeof Services>[]>> =>
  readIndexed(nomad, list(Services), { ...read, path: "/v1/services", query: { namespace } });

const Instance = z.object({
  ID: z.string(),
  ServiceName: z.string(),
  Namespace: z.string(),
  NodeID: text,
  Datacenter: text,
  JobID: text,
  AllocID: text,
  Tags: list(z.string()),
  Address: text,
  Port: count,
  ModifyIndex: count,
});
export type NomadServiceInstance = z.output<typeof Instance>;

export const readService = (
  nomad: Nomad,
  { namespace, name }: { namespace: string; name: string },
  read: ClusterRead,
): Promise<Indexed<NomadServiceInstance[]>> =>
  readIndexed(nomad, list(Instance), { ...read, path: path`/v1/service/${name}`, query: { namespace } });

export const deleteService = async (
  nomad: Nomad,
  { namespace, name, id }: { namespace: string; name: string; id: string },
  call: ClusterCall,
): Promise<void> => {
  await sendRequest(nomad, { ...call, method: "DELETE", path: path`/v1/service/${name}/${id}`, query: { namespace } });
};
