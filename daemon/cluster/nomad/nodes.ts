/** Reads Nomad's clients, which are the nodes that run allocations. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, flag, list, readIndexed, record, text } from "../wire/read.ts";
import { path } from "../wire/request.ts";
import type { Nomad } from "./nomad.ts";

const Driver = z.object({ Detected: flag, Healthy: flag, HealthDescription: text });

const NodeSummary = z.object({
  ID: z.string(),
  Name: z.string(),
  Address: text,
  Datacenter: text,
  NodeClass: text,
  NodePool: text,
  Version: text,
  Drain: flag,
  /** `eligible` or `ineligible`. */
  SchedulingEligibility: z.string(),
  /** `initializing`, `ready`, `down` or `disconnected`. */
  Status: z.string(),
  StatusDescription: text,
  LastDrain: z.object({ Status: text, StartedAt: text, UpdatedAt: text }).nullish(),
  Drivers: record(Driver),
  ModifyIndex: count,
});
export type NodeSummary = z.output<typeof NodeSummary>;

export const listNodes = (nomad: Nomad, read: ClusterRead): Promise<Indexed<NodeSummary[]>> =>
  readIndexed(nomad, list(NodeSummary), { ...read, path: "/v1/nodes" });

const Resources = z.object({
  Cpu: z.object({ CpuShares: count }).nullish(),
  Memory: z.object({ MemoryMB: count }).nullish(),
  Disk: z.object({ DiskMB: count }).nullish(),
});

const NodeEvent = z.object({ Message: z.string(), Subsystem: text, Timestamp: text });

const Node = NodeSummary.omit({ Address: true, Version: true }).extend({
  /** The address of the client's HTTP API. */
  HTTPAddr: text,
  Attributes: record(z.string()),
  Meta: record(z.string()),
  HostVolumes: record(z.object({ Path: text, ReadOnly: flag })),
  NodeResources: Resources.nullish(),
  ReservedResources: Resources.nullish(),
  DrainStrategy: z.object({ Deadline: count, ForceDeadline: text, IgnoreSystemJobs: flag }).nullish(),
  Events: list(NodeEvent),
});
export type NomadNode = z.output<typeof Node>;

export const readNode = (nomad: Nomad, id: string, read: ClusterRead): Promise<Indexed<NomadNode>> =>
  readIndexed(nomad, Node, { ...read, path: path`/v1/node/${id}` });
