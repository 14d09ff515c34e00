/** Nomad's variables: encrypted values that tasks can read. Never log the items, because they are secrets. */
import * as z from "zod";
import { Conflict } from "../../errors/cluster-failures.ts";
import { type ClusterRead, count, parse, record } from "../wire/read.ts";
import { type ClusterCall, path, sendRequest } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";
import { readPages } from "./pages.ts";

const Metadata = z.object({ Namespace: z.string(), Path: z.string(), CreateIndex: count, ModifyIndex: count });
export type VariableMetadata = z.output<typeof Metadata>;
const NomadVariable = Metadata.extend({ Items: record(z.string()) });
export type NomadVariable = z.output<typeof NomadVariable>;

export interface VariablePath {
  namespace: string;
  /** Such as `nomad/jobs/JOB/GROUP/TASK`. */
  path: string;
}

const variablePath = (name: string): string =>
  `/v1/var/${name
    .split("/")
    .map((part) => path`${part}`)
    .join("/")}`;

/** Lists the paths below a prefix, without the values. */
export const listVariables = (nomad: Nomad, { namespace, path: prefix }: VariablePath, read: ClusterRead): Promise<VariableMetadata[]> =>
  readPages(nomad, Metadata, { ...read, path: "/v1/vars", query: { namespace, prefix } });

export async function readVariable(
  nomad: Nomad,
  { namespace, path: name }: VariablePath,
  call: ClusterCall,
): Promise<NomadVariable | undefined> {
  const answer = await sendRequest(nomad, { ...call, path: variablePath(name), query: { namespace }, accept: [404] });
  return answer.status === 404 ? undefined : parse(nomad, NomadVariable, answer);
}

export interface WriteVariable {
  items: Readonly<Record<string, string>>;
  /** The index that the variable must have. 0 only creates it. Another index is a conflict with the present variable. */
  cas: number;
}

export async function writeVariable(
  nomad: Nomad,
  { namespace, path: name }: VariablePath,
  { items, cas }: WriteVariable,
  call: ClusterCall,
): Promise<NomadVariable> {
  const body = { Namespace: namespace, Path: name, Items: items };
  const answer = await sendRequest(nomad, {
    ...call,
    method: "PUT",
    path: variablePath(name),
    query: { namespace, cas },
    body,
    accept: [409],
  });
  if (answer.status === 409) throw changed(nomad, name, answer.text);
  return parse(nomad, NomadVariable, answer);
}

export async function deleteVariable(
  nomad: Nomad,
  { namespace, path: name }: VariablePath,
  { cas }: { cas: number },
  call: ClusterCall,
): Promise<void> {
  const answer = await sendRequest(nomad, {
    ...call,
    method: "DELETE",
    path: variablePath(name),
    query: { namespace, cas },
    accept: [409],
  });
  if (answer.status === 409) throw changed(nomad, name, answer.text);
}

/** The message never contains the items. A token that may not read the variable gets its index without the items. */
function changed(nomad: Nomad, name: string, text: string): Conflict {
  const present = parse(nomad, NomadVariable.partial(), { text });
  return new Conflict("Nomad", `the variable ${name} has the index ${present.ModifyIndex ?? 0}`, present);
}
