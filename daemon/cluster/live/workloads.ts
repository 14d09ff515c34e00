/** The jobs of Nomad with what runs and what should run. */
import type { Workload } from "../../contract/cluster/workload.ts";
import type { NomadObjects } from "./nomad-objects.ts";
import { type DeploymentRow, type JobRow, jobKey } from "./nomad-rows.ts";

export function workloadsOf({ jobs, allocations, deployments }: NomadObjects): Workload[] {
  const running = new Map<string, number>();
  for (const { namespace, job, group, status } of allocations.rows.values()) {
    if (status !== "running") continue;
    const key = groupKey(namespace, job, group);
    running.set(key, (running.get(key) ?? 0) + 1);
  }
  const last = new Map<string, DeploymentRow>();
  for (const one of deployments.rows.values()) {
    const key = jobKey(one.namespace, one.job);
    if ((last.get(key)?.createIndex ?? -1) < one.createIndex) last.set(key, one);
  }
  return [...jobs.rows.values()]
    .sort((a, b) => order(a.namespace, b.namespace) || order(a.id, b.id))
    .map((job) => {
      const deployment = last.get(jobKey(job.namespace, job.id));
      return {
        namespace: job.namespace,
        id: job.id,
        type: job.type,
        status: job.status,
        stopped: job.stopped,
        version: job.version,
        groups: job.groups.map(({ name, count }) => ({
          name,
          running: running.get(groupKey(job.namespace, job.id, name)) ?? 0,
          ...desiredOf(job, count),
        })),
        ...(deployment && {
          lastDeployment: {
            id: deployment.id,
            version: deployment.version,
            status: deployment.status,
            description: deployment.description,
          },
        }),
      };
    });
}

function desiredOf({ type, stopped }: JobRow, count: number): { desired?: number } {
  if (stopped) return { desired: 0 };
  return type === "system" || type === "sysbatch" ? {} : { desired: count };
}

const groupKey = (...names: string[]): string => JSON.stringify(names);
const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
