/** Nomad's namespaces. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { list, type Read, readIndexed, text } from "../wire/read.ts";
import { ask, type Call, path } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

const Namespace = z.object({ Name: z.string(), Description: text });
export type Namespace = z.output<typeof Namespace>;

export const listNamespaces = (nomad: Nomad, read: Read): Promise<Indexed<Namespace[]>> =>
  readIndexed(nomad, list(Namespace), { ...read, path: "/v1/namespaces" });

/** Creates the namespace or changes its description. */
export const applyNamespace = async (nomad: Nomad, { Name, Description }: Namespace, call: Call): Promise<void> => {
  await ask(nomad, { ...call, method: "POST", path: path`/v1/namespace/${Name}`, body: { Name, Description } });
};

/** Nomad refuses to delete a namespace with jobs. */
export const deleteNamespace = async (nomad: Nomad, name: string, call: Call): Promise<void> => {
  await ask(nomad, { ...call, method: "DELETE", path: path`/v1/namespace/${name}` });
};
