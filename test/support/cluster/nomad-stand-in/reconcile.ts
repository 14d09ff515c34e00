/** Compares a job with its allocations, and says what is to be done. It changes nothing, so the plan uses it too. */
import { tasksChanged } from "./diff.ts";
import { isLive } from "./placing.ts";
import type { Allocation, Deployment, Group, Job } from "./rows.ts";
import type { World } from "./world.ts";

export interface GroupWork {
  group: Group;
  ignore: Allocation[];
  /** Replaced because their tasks changed. */
  destructive: Allocation[];
  /** Replaced because their node drains. */
  migrate: Allocation[];
  stop: Allocation[];
  place: number;
  canaries: number;
}

export const allocationsOf = (world: World, job: Pick<Job, "ID" | "Namespace">): Allocation[] =>
  [...world.allocations.rows.values()].filter(({ JobID, Namespace }) => JobID === job.ID && Namespace === job.Namespace);

export const deploymentOf = (world: World, job: Job): Deployment | undefined =>
  [...world.deployments.rows.values()]
    .filter(({ JobID, Namespace, JobVersion }) => JobID === job.ID && Namespace === job.Namespace && JobVersion === job.Version)
    .at(-1);

export const isDone = ({ DesiredStatus, ClientStatus }: Allocation): boolean => DesiredStatus === "run" && ClientStatus === "complete";

export function reconcile(world: World, job: Job): GroupWork[] {
  const all = allocationsOf(world, job);
  const deployment = deploymentOf(world, job);
  return job.TaskGroups.map((group) => workOf(group, all, job, deployment));
}

/** Live allocations of groups that the job no longer has. */
export const leftovers = (world: World, job: Job): Allocation[] =>
  allocationsOf(world, job).filter((each) => isLive(each) && !job.TaskGroups.some(({ Name }) => Name === each.TaskGroup));

function workOf(group: Group, all: Allocation[], job: Job, deployment: Deployment | undefined): GroupWork {
  const own = all.filter(({ TaskGroup }) => TaskGroup === group.Name);
  const live = own.filter(isLive);
  // A batch job does not repeat what is done.
  const done = job.Type === "batch" ? own.filter(isDone) : [];
  const migrate = live.filter(({ DesiredTransition }) => DesiredTransition.Migrate);
  // Canaries of an earlier deployment that was never promoted.
  const stale = live.filter((each) => each.DeploymentStatus?.Canary && each.DeploymentID !== deployment?.ID);
  const staying = live.filter((each) => !migrate.includes(each) && !stale.includes(each));
  const isOld = (each: Allocation) => tasksChanged(groupOf(each), group);
  const outdated = staying.filter(isOld);
  const current = staying.filter((each) => !isOld(each));
  const empty = { group, ignore: [], destructive: [], migrate: [], stop: [], place: 0, canaries: 0 };
  const promoted = deployment?.TaskGroups[group.Name]?.Promoted ?? false;
  if ((group.Update?.Canary ?? 0) > 0 && outdated.length > 0 && !promoted) {
    if (deployment?.Status === "failed") return { ...empty, ignore: outdated, stop: [...stale, ...current] };
    return { ...empty, ignore: staying, migrate, stop: stale, canaries: Math.max(0, (group.Update?.Canary ?? 0) - current.length) };
  }
  const excess = Math.max(0, staying.length + migrate.length + done.length - group.Count);
  const stop = [...outdated, ...current.toReversed()].slice(0, excess);
  const kept = (list: Allocation[]) => list.filter((each) => !stop.includes(each));
  const place = Math.max(0, group.Count - staying.length - migrate.length - done.length);
  return { ...empty, ignore: kept(current), destructive: kept(outdated), migrate, stop: [...stale, ...stop], place };
}

export const groupOf = ({ Job, TaskGroup }: Allocation): Group | undefined => Job.TaskGroups.find(({ Name }) => Name === TaskGroup);
