/** Reads and decides deployments. A deployment replaces the allocations of a service job step by step. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, flag, list, readAnswer, readIndexed, record, text } from "../wire/read.ts";
import { type ClusterCall, path } from "../wire/request.ts";
import type { JobId, Nomad } from "./nomad.ts";

const GroupState = z.object({
  AutoRevert: flag,
  AutoPromote: flag,
  Promoted: flag,
  PlacedCanaries: list(z.string()),
  DesiredCanaries: count,
  DesiredTotal: count,
  PlacedAllocs: count,
  HealthyAllocs: count,
  UnhealthyAllocs: count,
  /** By this time the group must have made progress. */
  RequireProgressBy: z.string().nullish(),
});

const Deployment = z.object({
  ID: z.string(),
  Namespace: z.string().default("default"),
  JobID: z.string(),
  JobVersion: count,
  JobModifyIndex: count,
  TaskGroups: record(GroupState),
  /** `running`, `paused`, `failed`, `successful`, `cancelled`, `pending`, `blocked`, `unblocking` or `initializing`. */
  Status: z.string(),
  StatusDescription: text,
  CreateIndex: count,
  ModifyIndex: count,
});
export type Deployment = z.output<typeof Deployment>;

/** A deployment in another state has ended. */
export const isActive = ({ Status }: Deployment): boolean =>
  ["running", "paused", "pending", "blocked", "unblocking", "initializing"].includes(Status);

export const listDeployments = (nomad: Nomad, namespace: string, read: ClusterRead): Promise<Indexed<Deployment[]>> =>
  readIndexed(nomad, list(Deployment), { ...read, path: "/v1/deployments", query: { namespace } });

export const jobDeployments = (nomad: Nomad, { namespace, id }: JobId, read: ClusterRead): Promise<Indexed<Deployment[]>> =>
  readIndexed(nomad, list(Deployment), { ...read, path: path`/v1/job/${id}/deployments`, query: { namespace } });

export const readDeployment = (nomad: Nomad, id: string, read: ClusterRead): Promise<Indexed<Deployment>> =>
  readIndexed(nomad, Deployment, { ...read, path: path`/v1/deployment/${id}` });

const Decided = z.object({
  EvalID: text,
  DeploymentModifyIndex: count,
  /** The version to which a failed deployment went back. */
  RevertedJobVersion: z.number().nullish(),
});
export type Decided = z.output<typeof Decided>;

/** Replaces all other allocations too, now that the canaries are good. */
export const promoteDeployment = (nomad: Nomad, id: string, call: ClusterCall): Promise<Decided> =>
  readAnswer(nomad, Decided, {
    ...call,
    method: "POST",
    path: path`/v1/deployment/promote/${id}`,
    body: { DeploymentID: id, All: true },
  });

export const failDeployment = (nomad: Nomad, id: string, call: ClusterCall): Promise<Decided> =>
  readAnswer(nomad, Decided, { ...call, method: "POST", path: path`/v1/deployment/fail/${id}`, body: {} });
