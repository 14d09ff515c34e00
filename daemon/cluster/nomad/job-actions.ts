/** Changes a job that is registered: stop, revert, scale and dispatch. */
import * as z from "zod";
import { Conflict, NotFound } from "../../errors/cluster-failures.ts";
import { count, readAnswer, text } from "../wire/read.ts";
import { type ClusterCall, path } from "../wire/request.ts";
import { readJob } from "./jobs.ts";
import type { JobId, Nomad } from "./nomad.ts";
import { Registered } from "./register.ts";

/** Stops the job. With `purge`, Nomad also forgets the job and its versions. */
export async function deregisterJob(
  nomad: Nomad,
  { namespace, id }: JobId,
  { purge }: { purge: boolean },
  call: ClusterCall,
): Promise<Registered> {
  const request = { ...call, method: "DELETE", path: path`/v1/job/${id}`, query: { namespace, purge } } as const;
  const registered = await readAnswer(nomad, Registered, request);
  // Nomad answers 200 for a job that it does not know, with an index of 0.
  if (registered.EvalID === "" && registered.JobModifyIndex === 0) throw new NotFound("Nomad", `there is no job ${id} in ${namespace}`);
  return registered;
}

export interface Revert {
  toVersion: number;
  /** The version that the job must have now. Another version is a conflict. */
  fromVersion: number;
}

export const revertJob = (
  nomad: Nomad,
  { namespace, id }: JobId,
  { toVersion, fromVersion }: Revert,
  call: ClusterCall,
): Promise<Registered> =>
  readAnswer(nomad, Registered, {
    ...call,
    method: "POST",
    path: path`/v1/job/${id}/revert`,
    query: { namespace },
    body: { JobID: id, JobVersion: toVersion, EnforcePriorVersion: fromVersion },
  });

export interface Scale {
  group: string;
  count: number;
  /** The index that the job must have. Another index is a conflict. */
  jobModifyIndex: number;
  /** The reason. Nomad keeps it in the history of the group. */
  message: string;
}

/**
 * Nomad refuses to scale while a deployment of the job is active. Nomad 1.6 ignores the index of this request, so the
 * job is read first. A change in the short time after that is noticed only by newer versions.
 */
export async function scaleJob(
  nomad: Nomad,
  id: JobId,
  { group, count, message, jobModifyIndex }: Scale,
  call: ClusterCall,
): Promise<Registered> {
  const { value: job } = await readJob(nomad, id, call);
  if (job.JobModifyIndex !== jobModifyIndex)
    throw new Conflict("Nomad", `the job ${id.id} has the index ${job.JobModifyIndex}, not ${jobModifyIndex}`);
  return readAnswer(nomad, Registered, {
    ...call,
    method: "POST",
    path: path`/v1/job/${id.id}/scale`,
    query: { namespace: id.namespace },
    body: { Target: { Namespace: id.namespace, Job: id.id, Group: group }, Count: count, Message: message, JobModifyIndex: jobModifyIndex },
  });
}

export interface Dispatch {
  payload?: string | Uint8Array;
  meta?: Readonly<Record<string, string>>;
  /** A second dispatch with the same token starts nothing while the first one runs. */
  idempotencyToken?: string;
}

const Dispatched = z.object({ DispatchedJobID: z.string(), EvalID: text, JobCreateIndex: count });
export type Dispatched = z.output<typeof Dispatched>;

export const dispatchJob = (
  nomad: Nomad,
  { namespace, id }: JobId,
  { payload, meta, idempotencyToken }: Dispatch,
  call: ClusterCall,
): Promise<Dispatched> =>
  readAnswer(nomad, Dispatched, {
    ...call,
    method: "POST",
    path: path`/v1/job/${id}/dispatch`,
    query: { namespace, idempotency_token: idempotencyToken },
    body: {
      ...(payload !== undefined && { Payload: Buffer.from(payload).toString("base64") }),
      ...(meta && { Meta: meta }),
    },
  });
