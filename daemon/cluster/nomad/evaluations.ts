/** Reads evaluations. An evaluation is one decision of the scheduler about a job. */
import * as z from "zod";
import type { Indexed } from "../wire/blocking-query.ts";
import { type ClusterRead, count, list, readIndexed, record, text } from "../wire/read.ts";
import { path } from "../wire/request.ts";
import type { JobId, Nomad } from "./nomad.ts";
import { Placement } from "./placement.ts";

const Evaluation = z.object({
  ID: z.string(),
  Namespace: z.string().default("default"),
  Type: text,
  TriggeredBy: text,
  JobID: text,
  NodeID: text,
  DeploymentID: text,
  /** `pending`, `complete`, `failed`, `canceled` or `blocked`. */
  Status: z.string(),
  StatusDescription: text,
  /** The evaluation that waits for resources, if some allocations found no node. */
  BlockedEval: text,
  /** The evaluation that follows this one. */
  NextEval: text,
  PreviousEval: text,
  FailedTGAllocs: record(Placement),
  QueuedAllocations: record(z.number()),
  CreateIndex: count,
  ModifyIndex: count,
});
export type Evaluation = z.output<typeof Evaluation>;

export const readEvaluation = (nomad: Nomad, id: string, read: ClusterRead): Promise<Indexed<Evaluation>> =>
  readIndexed(nomad, Evaluation, { ...read, path: path`/v1/evaluation/${id}` });

export const jobEvaluations = (nomad: Nomad, { namespace, id }: JobId, read: ClusterRead): Promise<Indexed<Evaluation[]>> =>
  readIndexed(nomad, list(Evaluation), { ...read, path: path`/v1/job/${id}/evaluations`, query: { namespace } });
