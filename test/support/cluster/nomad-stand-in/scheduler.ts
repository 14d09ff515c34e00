/** Evaluates jobs: stops and places allocations, and leaves a blocked evaluation where no node has room. */
import { randomUUID } from "node:crypto";
import type { Deployments } from "./deployments.ts";
import { newAllocation } from "./new-allocation.ts";
import { chooseNode, isLive } from "./placing.ts";
import { allocationsOf, type GroupWork, leftovers, reconcile } from "./reconcile.ts";
import type { Allocation, Evaluation, Job } from "./rows.ts";
import { keyOf, type World } from "./world.ts";

export interface Starter {
  start(id: string): void;
  stop(id: string): void;
}

export class Scheduler {
  readonly #world: World;
  readonly #client: Starter;
  readonly #deployments: Deployments;

  constructor(world: World, client: Starter, deployments: Deployments) {
    this.#world = world;
    this.#client = client;
    this.#deployments = deployments;
  }

  /** Returns the pending evaluation. Nomad decides a moment later, and so does the stand-in. */
  evaluate({ ID, Namespace, Type }: Pick<Job, "ID" | "Namespace" | "Type">, TriggeredBy: string): Evaluation {
    const evaluation: Evaluation = {
      ID: randomUUID(),
      Namespace,
      Type,
      TriggeredBy,
      JobID: ID,
      Status: "pending",
      StatusDescription: "",
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    this.#put(evaluation, "EvaluationUpdated");
    setImmediate(() => this.#decide(evaluation));
    return evaluation;
  }

  /** Tries blocked evaluations again, for example because an allocation has ended. */
  retry(): void {
    for (const blocked of this.#world.evaluations.rows.values())
      if (blocked.Status === "blocked") setImmediate(() => this.#decide(blocked));
  }

  #decide(evaluation: Evaluation): void {
    if (evaluation.Status !== "pending" && evaluation.Status !== "blocked") return;
    const wasBlocked = evaluation.Status === "blocked";
    const job = this.#world.jobs.rows.get(keyOf(evaluation.Namespace, evaluation.JobID));
    const failures: Record<string, { CoalescedFailures: number }> = {};
    const QueuedAllocations: Record<string, number> = {};
    if (!job || job.Stop) {
      const ended = { ID: evaluation.JobID, Namespace: evaluation.Namespace };
      for (const each of allocationsOf(this.#world, ended).filter(isLive)) this.#stop(each, "alloc not needed as job is stopped");
      this.#deployments.cancel(ended);
    } else {
      for (const each of leftovers(this.#world, job)) this.#stop(each, "alloc not needed due to job update");
      const work = reconcile(this.#world, job);
      const deployment = this.#deployments.begin(job, work);
      for (const each of work) {
        const failed = this.#apply(job, each, evaluation, deployment?.ID ?? "");
        QueuedAllocations[each.group.Name] = failed.length;
        if (failed[0]) failures[each.group.Name] = { ...failed[0], CoalescedFailures: failed.length - 1 };
      }
      if (deployment) evaluation.DeploymentID = deployment.ID;
    }
    const stillBlocked = Object.keys(failures).length > 0;
    if (wasBlocked && stillBlocked) return;
    this.#cancelBlocked(evaluation);
    if (stillBlocked) evaluation.BlockedEval = this.#block(evaluation, failures).ID;
    Object.assign(evaluation, { Status: "complete", QueuedAllocations, ...(stillBlocked && { FailedTGAllocs: failures }) });
    this.#put(evaluation, "EvaluationUpdated");
    if (job) refreshStatus(this.#world, job);
  }

  #apply(job: Job, work: GroupWork, evaluation: Evaluation, deployment: string): { CoalescedFailures: number }[] {
    const { group } = work;
    for (const each of work.stop) this.#stop(each, "alloc not needed due to job update");
    for (const each of work.destructive) this.#stop(each, "alloc is being updated due to job update");
    for (const each of work.migrate) this.#stop(each, "alloc is being migrated");
    const failed: { CoalescedFailures: number }[] = [];
    const replaced = [...work.destructive, ...work.migrate];
    const count = work.place + work.canaries + replaced.length;
    for (let at = 0; at < count; at++) {
      const choice = chooseNode(this.#world, job, group);
      if ("failed" in choice) {
        failed.push(choice.failed as { CoalescedFailures: number });
        continue;
      }
      const allocation = newAllocation(job, group, choice.node, {
        evaluation,
        deployment,
        at: work.ignore.length + at,
        canary: work.canaries > 0,
      });
      const previous = replaced[at];
      if (previous) {
        allocation.PreviousAllocation = previous.ID;
        previous.NextAllocation = allocation.ID;
      }
      this.#world.put(this.#world.allocations, allocation.ID, allocation, "PlanResult", [job.ID]);
      this.#deployments.placed(allocation);
      this.#client.start(allocation.ID);
    }
    return failed;
  }

  #stop(allocation: Allocation, why: string): void {
    Object.assign(allocation, { DesiredStatus: "stop", DesiredDescription: why });
    this.#world.put(this.#world.allocations, allocation.ID, allocation, "PlanResult", [allocation.JobID]);
    this.#client.stop(allocation.ID);
  }

  #block({ Namespace, Type, JobID, ID }: Evaluation, FailedTGAllocs: Record<string, object>): Evaluation {
    const blocked: Evaluation = {
      ID: randomUUID(),
      Namespace,
      Type,
      JobID,
      TriggeredBy: "queued-allocs",
      Status: "blocked",
      StatusDescription: "created to place remaining allocations",
      PreviousEval: ID,
      FailedTGAllocs,
      CreateIndex: 0,
      ModifyIndex: 0,
    };
    return this.#put(blocked, "EvaluationUpdated");
  }

  #cancelBlocked({ ID, JobID, Namespace }: Evaluation): void {
    for (const each of this.#world.evaluations.rows.values()) {
      if (each.Status !== "blocked" || each.ID === ID || each.JobID !== JobID || each.Namespace !== Namespace) continue;
      Object.assign(each, { Status: "canceled", StatusDescription: `evaluation "${ID}" successful` });
      this.#put(each, "EvaluationUpdated");
    }
  }

  #put(evaluation: Evaluation, type: string): Evaluation {
    return this.#world.put(this.#world.evaluations, evaluation.ID, evaluation, type, [evaluation.JobID]);
  }
}

/** The status of a job follows from its allocations. */
export function refreshStatus(world: World, job: Job): void {
  const all = allocationsOf(world, job);
  const waiting = [...world.evaluations.rows.values()].some(
    ({ JobID, Status }) => JobID === job.ID && ["pending", "blocked"].includes(Status),
  );
  const status = all.some(isLive)
    ? "running"
    : job.Stop || (all.length > 0 && !waiting)
      ? "dead"
      : job.ParameterizedJob
        ? "running"
        : "pending";
  if (job.Status === status) return;
  job.Status = status;
  if (world.jobs.rows.get(keyOf(job.Namespace, job.ID)) === job) world.put(world.jobs, keyOf(job.Namespace, job.ID), job, "JobRegistered");
}
