/** Reads allocations. An allocation is one instance of a group of tasks on one node. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, flag, list, readIndexed, record, text } from "../wire/read.ts";
import { path } from "../wire/request.ts";
import type { JobId, Nomad } from "./nomad.ts";
import { readPages } from "./pages.ts";

const TaskEvent = z.object({
  Type: z.string(),
  /** In nanoseconds, and so only nearly exact. */
  Time: count,
  DisplayMessage: text,
  Message: text,
  Details: record(z.string()),
  ExitCode: count,
  Signal: count,
  FailsTask: flag,
});
export type TaskEvent = z.output<typeof TaskEvent>;

const TaskState = z.object({
  /** `pending`, `running` or `dead`. */
  State: z.string(),
  Failed: flag,
  Restarts: count,
  StartedAt: z.string().nullish(),
  FinishedAt: z.string().nullish(),
  Events: list(TaskEvent),
});
export type TaskState = z.output<typeof TaskState>;

const AllocationSummary = z.object({
  ID: z.string(),
  Name: text,
  Namespace: z.string().default("default"),
  EvalID: text,
  NodeID: text,
  NodeName: text,
  JobID: z.string(),
  JobType: text,
  JobVersion: count,
  TaskGroup: z.string(),
  /** The servers want `run`, `stop` or `evict`. */
  DesiredStatus: z.string(),
  DesiredDescription: text,
  /** The report of the client: `pending`, `running`, `complete`, `failed`, `lost` or `unknown`. */
  ClientStatus: z.string(),
  ClientDescription: text,
  DesiredTransition: z.object({ Migrate: z.boolean().nullish(), Reschedule: z.boolean().nullish() }).nullish(),
  TaskStates: record(TaskState),
  DeploymentStatus: z.object({ Healthy: z.boolean().nullish(), Canary: flag }).nullish(),
  FollowupEvalID: text,
  NextAllocation: text,
  CreateIndex: count,
  ModifyIndex: count,
  CreateTime: count,
  ModifyTime: count,
});
export type AllocationSummary = z.output<typeof AllocationSummary>;

export const listAllocations = (nomad: Nomad, namespace: string, read: ClusterRead): Promise<Indexed<AllocationSummary[]>> =>
  readIndexed(nomad, list(AllocationSummary), { ...read, path: "/v1/allocations", query: { namespace, task_states: true } });

/** For first reads of a large cluster. Each page is short, and the whole list may be longer than one answer may be. */
export const allAllocations = (nomad: Nomad, namespace: string, read: ClusterRead): Promise<AllocationSummary[]> =>
  readPages(nomad, AllocationSummary, { ...read, path: "/v1/allocations", query: { namespace, task_states: true } });

export const jobAllocations = (nomad: Nomad, { namespace, id }: JobId, read: ClusterRead): Promise<Indexed<AllocationSummary[]>> =>
  readIndexed(nomad, list(AllocationSummary), { ...read, path: path`/v1/job/${id}/allocations`, query: { namespace, all: true } });

export const nodeAllocations = (nomad: Nomad, node: string, read: ClusterRead): Promise<Indexed<AllocationSummary[]>> =>
  readIndexed(nomad, list(AllocationSummary), { ...read, path: path`/v1/node/${node}/allocations` });

const Port = z.object({ Label: text, Value: count, To: count, HostIP: text });
const TaskResources = z.object({
  Cpu: z.object({ CpuShares: count }).nullish(),
  Memory: z.object({ MemoryMB: count, MemoryMaxMB: count }).nullish(),
});
const Allocation = AllocationSummary.omit({ JobType: true, JobVersion: true }).extend({
  Job: z.looseObject({ ID: z.string(), Version: count, Type: text }).nullish(),
  AllocatedResources: z
    .object({ Tasks: record(TaskResources), Shared: z.object({ DiskMB: count, Ports: list(Port) }).nullish() })
    .nullish(),
});
export type Allocation = z.output<typeof Allocation>;

export const readAllocation = (nomad: Nomad, id: string, read: ClusterRead): Promise<Indexed<Allocation>> =>
  readIndexed(nomad, Allocation, { ...read, path: path`/v1/allocation/${id}` });
