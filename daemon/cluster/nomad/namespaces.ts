/** Nomad's namespaces. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, list, readIndexed, text } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

const Namespace = z.object({ Name: z.string(), Description: text });
export type Namespace = z.output<typeof Namespace>;

export const listNamespaces = (nomad: Nomad, read: ClusterRead): Promise<Indexed<Namespace[]>> =>
  readIndexed(nomad, list(Namespace), { ...read, path: "/v1/namespaces" });

/** Creates the namespace or changes its description. */
export const applyNamespace = async (nomad: Nomad, { Name, Description }: Namespace, call: ClusterCall): Promise<void> => {
  await sendRequest(nomad, { ...call, method: "POST", path: path`/v1/namespace/${Name}`, body: { Name, Description } });
};

/** Nomad refuses to delete a namespace with jobs. */
export const deleteNamespace = async (nomad: Nomad, name: string, call: ClusterCall): Promise<void> => {
  await sendRequest(nomad, { ...call, method: "DELETE", path: path`/v1/namespace/${name}` });
};
