/** The routes of allocations, evaluations and deployments. */
import type { Client } from "./client.ts";
import type { Deployments } from "./deployments.ts";
import type { Asked, Route } from "./http.ts";
import type { Nodes } from "./nodes.ts";
import { missing, Refusal } from "./refusal.ts";
import type { Allocation, Deployment, Row } from "./rows.ts";
import type { Scheduler } from "./scheduler.ts";
import { keyOf, type Table, type World } from "./world.ts";

export interface Parts {
  world: World;
  client: Client;
  scheduler: Scheduler;
  deployments: Deployments;
  nodes: Nodes;
}

export const inNamespace =
  ({ namespace }: Asked) =>
  (row: { Namespace: string }): boolean =>
    namespace === "*" || row.Namespace === namespace;

function one<R extends Row>({ rows }: Table<R>, { params: [id = ""] }: Asked, what: string): R {
  if (!/^[0-9a-f-]{36}$/.test(id)) throw new Refusal(500, `failed to lookup ${what}: index error: UUID must be 36 characters`);
  const row = rows.get(id);
  if (!row) throw missing(what);
  return row;
}

export const all = <R extends Row>({ rows }: Table<R>): R[] => [...rows.values()];
export const indexed = <R extends Row>(row: R) => ({ body: row, index: row.ModifyIndex });

export function objectRoutes(parts: Parts): Route[] {
  return [...allocationRoutes(parts), ...evaluationRoutes(parts), ...deploymentRoutes(parts)];
}

function allocationRoutes({ world, client, scheduler }: Parts): Route[] {
  const { allocations } = world;
  const tables = [allocations];
  const ofJob = (asked: Asked) => all(allocations).filter((each) => each.JobID === asked.params[0] && inNamespace(asked)(each));
  return [
    {
      method: "GET",
      path: /^\/v1\/allocations$/,
      tables,
      answer: (asked) => ({ body: all(allocations).filter(inNamespace(asked)).map(stub) }),
    },
    { method: "GET", path: /^\/v1\/job\/([^/]+)\/allocations$/, tables, answer: (asked) => ({ body: ofJob(asked).map(stub) }) },
    { method: "GET", path: /^\/v1\/allocation\/([^/]+)$/, tables, answer: (asked) => indexed(one(allocations, asked, "alloc")) },
    {
      method: "POST",
      path: /^\/v1\/allocation\/([^/]+)\/stop$/,
      answer: (asked) => {
        const allocation = one(allocations, asked, "allocation");
        allocation.DesiredTransition = { ...allocation.DesiredTransition, Migrate: true };
        world.put(allocations, allocation.ID, allocation, "AllocationUpdateDesiredStatus", [allocation.JobID]);
        const evaluation = scheduler.evaluate({ ...allocation.Job }, "alloc-stop");
        return { body: { EvalID: evaluation.ID, Index: world.index } };
      },
    },
    {
      method: "POST",
      path: /^\/v1\/client\/allocation\/([^/]+)\/restart$/,
      answer: ({ params: [id = ""] }) => {
        const allocation = allocations.rows.get(id);
        if (!allocation) throw new Refusal(404, `Unknown allocation "${id}"`);
        if (allocation.ClientStatus !== "running") throw new Refusal(500, "Task not running");
        client.restart(allocation);
        return { body: {} };
      },
    },
  ];
}

/** The short form in lists. */
function stub({ Job, AllocatedResources, DeploymentID, PreviousAllocation, ...rest }: Allocation) {
  return { ...rest, JobType: Job.Type, JobVersion: Job.Version };
}

function evaluationRoutes({ world }: Parts): Route[] {
  const { evaluations } = world;
  const tables = [evaluations];
  const ofJob = (asked: Asked) => all(evaluations).filter((each) => each.JobID === asked.params[0] && inNamespace(asked)(each));
  return [
    { method: "GET", path: /^\/v1\/evaluation\/([^/]+)$/, tables, answer: (asked) => indexed(one(evaluations, asked, "eval")) },
    { method: "GET", path: /^\/v1\/job\/([^/]+)\/evaluations$/, tables, answer: (asked) => ({ body: ofJob(asked).reverse() }) },
  ];
}

function deploymentRoutes({ world, deployments, scheduler }: Parts): Route[] {
  const tables = [world.deployments];
  const ofJob = (asked: Asked) => all(world.deployments).filter((each) => each.JobID === asked.params[0] && inNamespace(asked)(each));
  const running = (asked: Asked, verb: string) => {
    const deployment = world.deployments.rows.get(asked.params[0] ?? "");
    if (!deployment) throw new Refusal(500, "deployment not found");
    if (deployment.Status !== "running") throw new Refusal(500, `can't ${verb} terminal deployment`);
    return deployment;
  };
  const evaluated = (deployment: Deployment, more: object = {}) => {
    const job = world.jobs.rows.get(keyOf(deployment.Namespace, deployment.JobID));
    const evaluation = job && scheduler.evaluate(job, "deployment-watcher");
    const indexes = { DeploymentModifyIndex: deployment.ModifyIndex, EvalCreateIndex: evaluation?.CreateIndex ?? 0 };
    return { body: { EvalID: evaluation?.ID ?? "", ...indexes, RevertedJobVersion: null, Index: world.index, ...more } };
  };
  return [
    {
      method: "GET",
      path: /^\/v1\/deployments$/,
      tables,
      answer: (asked) => ({ body: all(world.deployments).filter(inNamespace(asked)) }),
    },
    { method: "GET", path: /^\/v1\/job\/([^/]+)\/deployments$/, tables, answer: (asked) => ({ body: ofJob(asked).reverse() }) },
    { method: "GET", path: /^\/v1\/deployment\/([^/]+)$/, tables, answer: (asked) => indexed(one(world.deployments, asked, "deployment")) },
    {
      method: "POST",
      path: /^\/v1\/deployment\/promote\/([^/]+)$/,
      answer: (asked) => {
        const deployment = running(asked, "promote");
        for (const [name, { DesiredCanaries, HealthyAllocs }] of Object.entries(deployment.TaskGroups))
          if (HealthyAllocs < DesiredCanaries)
            throw new Refusal(
              500,
              `1 error occurred:\n\t* Task group "${name}" has ${HealthyAllocs}/${DesiredCanaries} healthy allocations\n\n`,
            );
        deployments.promote(deployment);
        return evaluated(deployment);
      },
    },
    {
      method: "POST",
      path: /^\/v1\/deployment\/fail\/([^/]+)$/,
      answer: (asked) => {
        const deployment = running(asked, "fail");
        const RevertedJobVersion = deployments.fail(deployment, "Deployment marked as failed") ?? null;
        return evaluated(deployment, { RevertedJobVersion });
      },
    },
  ];
}
