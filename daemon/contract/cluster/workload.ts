/** A Nomad job with the state of its groups, and the allocations of jobs. */
import * as z from "zod";

export const WorkloadGroup = z.object({
  name: z.string(),
  running: z.int(),
  /** Missing for a system job, which runs on every suitable node. */
  desired: z.int().optional(),
});
export type WorkloadGroup = z.output<typeof WorkloadGroup>;

export const Workload = z.object({
  namespace: z.string(),
  id: z.string(),
  /** `service`, `batch`, `system` or `sysbatch`. */
  type: z.string(),
  /** `pending`, `running` or `dead`. */
  status: z.string(),
  /** An operator has stopped the job. */
  stopped: z.boolean(),
  version: z.int(),
  groups: z.array(WorkloadGroup),
  lastDeployment: z.object({ id: z.string(), version: z.int(), status: z.string(), description: z.string() }).optional(),
});
export type Workload = z.output<typeof Workload>;

export const ClusterAllocation = z.object({
  id: z.string(),
  name: z.string(),
  namespace: z.string(),
  job: z.string(),
  group: z.string(),
  node: z.string(),
  /** The servers want `run`, `stop` or `evict`. */
  desired: z.string(),
  /** The client reports `pending`, `running`, `complete`, `failed`, `lost` or `unknown`. */
  status: z.string(),
  reason: z.string(),
});
export type ClusterAllocation = z.output<typeof ClusterAllocation>;
