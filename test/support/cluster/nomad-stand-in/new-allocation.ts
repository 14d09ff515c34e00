/** A new allocation, as the scheduler creates it: it has a node, and its tasks have not started. */
import { randomUUID } from "node:crypto";
import type { Allocation, Evaluation, Group, Job } from "./rows.ts";

interface Origin {
  evaluation: Evaluation;
  deployment: string;
  at: number;
  canary: boolean;
}

export function newAllocation(
  job: Job,
  group: Group,
  node: { ID: string; Name: string },
  { evaluation, deployment, at, canary }: Origin,
): Allocation {
  const now = Date.now() * 1_000_000;
  const tasks = group.Tasks.map(({ Name, Resources: { CPU, MemoryMB } }) => [Name, { Cpu: { CpuShares: CPU }, Memory: { MemoryMB } }]);
  return {
    ID: randomUUID(),
    Name: `${job.ID}.${group.Name}[${at}]`,
    Namespace: job.Namespace,
    EvalID: evaluation.ID,
    NodeID: node.ID,
    NodeName: node.Name,
    JobID: job.ID,
    TaskGroup: group.Name,
    DeploymentID: deployment,
    DesiredStatus: "run",
    DesiredDescription: "",
    ClientStatus: "pending",
    ClientDescription: "",
    DesiredTransition: { Migrate: null, Reschedule: null },
    DeploymentStatus: deployment !== "" && canary ? { Healthy: null, Canary: true } : null,
    TaskStates: null,
    NextAllocation: "",
    PreviousAllocation: "",
    FollowupEvalID: "",
    CreateTime: now,
    ModifyTime: now,
    CreateIndex: 0,
    ModifyIndex: 0,
    Job: structuredClone(job),
    AllocatedResources: { Tasks: Object.fromEntries(tasks), Shared: { DiskMB: 300, Ports: null } },
  };
}
