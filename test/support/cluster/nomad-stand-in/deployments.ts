/** The deployments of service jobs. All outdated allocations are replaced at once, except where canaries come first. */
import { randomUUID } from "node:crypto";
import { deploymentOf, type GroupWork } from "./reconcile.ts";
import type { Allocation, Deployment, GroupState, Job } from "./rows.ts";
import type { World } from "./world.ts";

export class Deployments {
  readonly #world: World;
  /** Called with the job version to which a failed deployment goes back. Set by the registry of jobs. */
  revert: (job: Pick<Job, "ID" | "Namespace">) => number | undefined = () => undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** A new version of a service job gets a deployment if it changes any allocation. */
  begin(job: Job, work: GroupWork[]): Deployment | undefined {
    const known = deploymentOf(this.#world, job);
    if (job.Type !== "service" || known) return known;
    if (work.every(({ place, canaries, destructive, stop }) => place + canaries + destructive.length + stop.length === 0)) return undefined;
    this.cancel(job, "Cancelled because job is updated to newer version");
    const deployment: Deployment = {
      ID: randomUUID(),
      Namespace: job.Namespace,
      JobID: job.ID,
      JobVersion: job.Version,
      JobModifyIndex: job.JobModifyIndex,
      Status: "running",
      StatusDescription: work.some(({ canaries }) => canaries > 0)
        ? "Deployment is running but requires manual promotion"
        : "Deployment is running",
      TaskGroups: Object.fromEntries(work.map((each) => [each.group.Name, groupState(each)])),
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    this.#put(deployment);
    if (this.#isComplete(deployment)) this.#succeed(deployment);
    return deployment;
  }

  placed(allocation: Allocation): void {
    const state = this.#stateOf(allocation);
    if (!state) return;
    state.group.PlacedAllocs += 1;
    if (allocation.DeploymentStatus?.Canary) state.group.PlacedCanaries = [...(state.group.PlacedCanaries ?? []), allocation.ID];
    this.#put(state.deployment);
  }

  /** Takes the health of an allocation into account. */
  health(allocation: Allocation, healthy: boolean): void {
    const state = this.#stateOf(allocation);
    if (state?.deployment.Status !== "running") return;
    state.group[healthy ? "HealthyAllocs" : "UnhealthyAllocs"] += 1;
    this.#put(state.deployment);
    if (!healthy) this.fail(state.deployment, "Failed due to unhealthy allocations");
    else if (this.#isComplete(state.deployment)) this.#succeed(state.deployment);
  }

  promote(deployment: Deployment): void {
    for (const group of Object.values(deployment.TaskGroups)) group.Promoted = group.DesiredCanaries > 0;
    for (const each of this.#world.allocations.rows.values())
      if (each.DeploymentID === deployment.ID && each.DeploymentStatus?.Canary)
        each.DeploymentStatus = { ...each.DeploymentStatus, Canary: false };
    deployment.StatusDescription = "Deployment is running";
    this.#put(deployment, "DeploymentPromotion");
    if (this.#isComplete(deployment)) this.#succeed(deployment);
  }

  /** Returns the version to which the job went back, if its update says so. */
  fail(deployment: Deployment, why: string): number | undefined {
    Object.assign(deployment, { Status: "failed", StatusDescription: why });
    const reverts = Object.values(deployment.TaskGroups).some(({ AutoRevert }) => AutoRevert);
    const version = reverts ? this.revert({ ID: deployment.JobID, Namespace: deployment.Namespace }) : undefined;
    if (version !== undefined) deployment.StatusDescription = `${why} - rolling back to job version ${version}`;
    this.#put(deployment);
    return version;
  }

  cancel({ ID, Namespace }: Pick<Job, "ID" | "Namespace">, why = "Cancelled because job is stopped"): void {
    for (const each of this.#world.deployments.rows.values()) {
      if (each.JobID !== ID || each.Namespace !== Namespace || each.Status !== "running") continue;
      Object.assign(each, { Status: "cancelled", StatusDescription: why });
      this.#put(each);
    }
  }

  #isComplete({ TaskGroups }: Deployment): boolean {
    return Object.values(TaskGroups).every(
      ({ HealthyAllocs, DesiredTotal, DesiredCanaries, Promoted }) => HealthyAllocs >= DesiredTotal && (DesiredCanaries === 0 || Promoted),
    );
  }

  #succeed(deployment: Deployment): void {
    Object.assign(deployment, { Status: "successful", StatusDescription: "Deployment completed successfully" });
    for (const job of this.#world.versions.get(JSON.stringify([deployment.Namespace, deployment.JobID])) ?? [])
      if (job.Version === deployment.JobVersion) job.Stable = true;
    this.#put(deployment);
  }

  #stateOf({ DeploymentID, TaskGroup }: Allocation): { deployment: Deployment; group: GroupState } | undefined {
    const deployment = this.#world.deployments.rows.get(DeploymentID);
    const group = deployment?.TaskGroups[TaskGroup];
    return deployment && group && { deployment, group };
  }

  #put(deployment: Deployment, type = "DeploymentStatusUpdate"): void {
    this.#world.put(this.#world.deployments, deployment.ID, deployment, type, [deployment.JobID]);
  }
}

function groupState({ group, ignore, canaries }: GroupWork): GroupState {
  // Allocations that stay are healthy already.
  const healthy = canaries > 0 ? 0 : ignore.length;
  return {
    AutoRevert: group.Update?.AutoRevert ?? false,
    AutoPromote: false,
    Promoted: false,
    PlacedCanaries: null,
    DesiredCanaries: canaries,
    DesiredTotal: group.Count,
    PlacedAllocs: healthy,
    HealthyAllocs: healthy,
    UnhealthyAllocs: 0,
    RequireProgressBy: new Date(Date.now() + 600_000).toISOString(),
  };
}
