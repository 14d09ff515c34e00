/** The rows of the model of Nomad, made of lists and of the payloads of events. */
import * as z from "zod";
import type { AllocationSummary } from "../nomad/allocations.ts";
import type { Deployment } from "../nomad/deployments.ts";
import type { NodeSummary } from "../nomad/nodes.ts";
import { count, flag, list, text } from "../wire/read.ts";

export interface NodeRow {
  id: string;
  name: string;
  address: string;
  status: string;
  eligible: boolean;
  draining: boolean;
  modifyIndex: number;
}

export interface JobRow {
  namespace: string;
  id: string;
  type: string;
  status: string;
  stopped: boolean;
  version: number;
  groups: { name: string; count: number }[];
  /** Changes with the specification only. */
  jobModifyIndex: number;
  modifyIndex: number;
}

export interface AllocationRow {
  id: string;
  name: string;
  namespace: string;
  job: string;
  group: string;
  node: string;
  desired: string;
  status: string;
  reason: string;
  modifyIndex: number;
}

export interface DeploymentRow {
  id: string;
  namespace: string;
  job: string;
  version: number;
  status: string;
  description: string;
  createIndex: number;
  modifyIndex: number;
}

/** Names of jobs are unique in their namespace only. */
export const jobKey = (namespace: string, id: string): string => JSON.stringify([namespace, id]);

/** The whole specification, as one job is read and as events contain it. */
export const JobForm = z.object({
  ID: z.string(),
  Namespace: z.string().default("default"),
  Type: z.string(),
  Status: text,
  Stop: flag,
  Version: count,
  TaskGroups: list(z.object({ Name: z.string(), Count: z.number().nullish() })),
  JobModifyIndex: count,
  ModifyIndex: count,
});

export const jobRow = (job: z.output<typeof JobForm>): JobRow => ({
  namespace: job.Namespace,
  id: job.ID,
  type: job.Type,
  status: job.Status,
  stopped: job.Stop,
  version: job.Version,
  groups: job.TaskGroups.map(({ Name, Count }) => ({ name: Name, count: Count ?? 1 })),
  jobModifyIndex: job.JobModifyIndex,
  modifyIndex: job.ModifyIndex,
});

/** An event contains the address of the API instead of the address alone. */
export const NodeForm = z.object({
  ID: z.string(),
  Name: z.string(),
  HTTPAddr: text,
  Address: text,
  Status: z.string(),
  SchedulingEligibility: z.string(),
  Drain: flag,
  DrainStrategy: z.unknown().optional(),
  ModifyIndex: count,
});

export const nodeRow = (node: z.output<typeof NodeForm> | NodeSummary): NodeRow => ({
  id: node.ID,
  name: node.Name,
  address: node.Address || ("HTTPAddr" in node ? node.HTTPAddr.replace(/:\d+$/, "") : ""),
  status: node.Status,
  eligible: node.SchedulingEligibility === "eligible",
  draining: node.Drain || ("DrainStrategy" in node && node.DrainStrategy != null),
  modifyIndex: node.ModifyIndex,
});

export const AllocationForm = z.object({
  ID: z.string(),
  Name: text,
  Namespace: z.string().default("default"),
  NodeName: text,
  JobID: z.string(),
  TaskGroup: z.string(),
  DesiredStatus: z.string(),
  DesiredDescription: text,
  ClientStatus: z.string(),
  ClientDescription: text,
  ModifyIndex: count,
});

/** A lost allocation has its reason from the servers, all others from the client. */
export const allocationRow = (one: z.output<typeof AllocationForm> | AllocationSummary): AllocationRow => ({
  id: one.ID,
  name: one.Name,
  namespace: one.Namespace,
  job: one.JobID,
  group: one.TaskGroup,
  node: one.NodeName,
  desired: one.DesiredStatus,
  status: one.ClientStatus,
  reason: (one.ClientDescription || one.DesiredDescription).slice(0, 300),
  modifyIndex: one.ModifyIndex,
});

export const DeploymentForm = z.object({
  ID: z.string(),
  Namespace: z.string().default("default"),
  JobID: z.string(),
  JobVersion: count,
  Status: z.string(),
  StatusDescription: text,
  CreateIndex: count,
  ModifyIndex: count,
});

export const deploymentRow = (one: z.output<typeof DeploymentForm> | Deployment): DeploymentRow => ({
  id: one.ID,
  namespace: one.Namespace,
  job: one.JobID,
  version: one.JobVersion,
  status: one.Status,
  description: one.StatusDescription,
  createIndex: one.CreateIndex,
  modifyIndex: one.ModifyIndex,
});
