/** Changes a job that is registered: stop, revert, scale and dispatch. */
import * as z from "zod";
import { count, read, text } from "../wire/read.ts";
import { type Call, path } from "../wire/request.ts";
import type { JobId, Nomad } from "./nomad.ts";
import { Registered } from "./register.ts";

/** Stops the job. With `purge`, Nomad also forgets the job and its versions. */
export const deregisterJob = (nomad: Nomad, { namespace, id }: JobId, { purge }: { purge: boolean }, call: Call): Promise<Registered> =>
  read(nomad, Registered, { ...call, method: "DELETE", path: path`/v1/job/${id}`, query: { namespace, purge } });

export interface Revert {
  toVersion: number;
  /** The version that the job must have now. Another version is a conflict. */
  fromVersion: number;
}

export const revertJob = (nomad: Nomad, { namespace, id }: JobId, { toVersion, fromVersion }: Revert, call: Call): Promise<Registered> =>
  read(nomad, Registered, {
    ...call,
    method: "POST",
    path: path`/v1/job/${id}/revert`,
    query: { namespace },
    body: { JobID: id, JobVersion: toVersion, EnforcePriorVersion: fromVersion },
  });

export interface Scale {
  group: string;
  count: number;
  /** The reason. Nomad keeps it in the history of the group. */
  message: string;
}

/**
 * Nomad refuses to scale while a deployment of the job is active. Old versions cannot bind this to an index, so the
 * caller compares the index of the job immediately before.
 */
export const scaleJob = (nomad: Nomad, { namespace, id }: JobId, { group, count, message }: Scale, call: Call): Promise<Registered> =>
  read(nomad, Registered, {
    ...call,
    method: "POST",
    path: path`/v1/job/${id}/scale`,
    query: { namespace },
    body: { Target: { Namespace: namespace, Job: id, Group: group }, Count: count, Message: message },
  });

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
  call: Call,
): Promise<Dispatched> =>
  read(nomad, Dispatched, {
    ...call,
    method: "POST",
    path: path`/v1/job/${id}/dispatch`,
    query: { namespace, idempotency_token: idempotencyToken },
    body: {
      ...(payload !== undefined && { Payload: Buffer.from(payload).toString("base64") }),
      ...(meta && { Meta: meta }),
    },
  });
