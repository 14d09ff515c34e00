/** Evaluations, allocations, deployments and logs: the cases about what a job does after it was registered. */
import assert from "node:assert/strict";
import { restartAllocation, stopAllocation } from "../../../../daemon/cluster/nomad/allocation-actions.ts";
import { readAllocation } from "../../../../daemon/cluster/nomad/allocations.ts";
import { failDeployment, jobDeployments, promoteDeployment, readDeployment } from "../../../../daemon/cluster/nomad/deployments.ts";
import { readEvaluation } from "../../../../daemon/cluster/nomad/evaluations.ts";
import { followEvaluation } from "../../../../daemon/cluster/nomad/follow-evaluation.ts";
import { readJob } from "../../../../daemon/cluster/nomad/jobs.ts";
import { planJob } from "../../../../daemon/cluster/nomad/plan.ts";
import { NotFound } from "../../../../daemon/errors/cluster-failures.ts";
import { untilFound } from "../../until.ts";
import type { Case, Kit } from "./kit.ts";

const NO_ID = "c6fc2698-f670-4e4e-5444-000000000000";
/** Restarts the tasks of all allocations with a change of the arguments. */
const changed = { command: "/bin/sleep", args: ["700"] };
const withConfig = (job: ReturnType<Kit["job"]>, Config: object) => {
  const copy = structuredClone(job) as typeof job & { TaskGroups: [{ Tasks: [{ Config: object }] }] };
  copy.TaskGroups[0].Tasks[0].Config = Config;
  return copy;
};

export const runCases: Case[] = [
  {
    name: "an evaluation is followed until all allocations have a node, and they run",
    run: async (kit) => {
      const job = kit.job({ count: 2 });
      const { EvalID } = await kit.register(job);
      const seen: string[] = [];
      const end = await followEvaluation(kit.nomad, EvalID, { signal: kit.signal, seen: ({ Status }) => seen.push(Status) });
      assert.equal(end.outcome, "placed");
      assert.equal(seen.at(-1), "complete");
      const [allocation] = await kit.running(job, 2);
      const { value } = await readAllocation(kit.nomad, allocation?.ID ?? "", kit.call);
      assert.deepEqual(
        [value.JobID, value.TaskGroup, value.Job?.Version, value.AllocatedResources?.Tasks.t?.Memory?.MemoryMB],
        [job.ID, "g", 0, 16],
      );
      assert.deepEqual(
        value.TaskStates.t?.Events.map(({ Type }) => Type),
        ["Received", "Task Setup", "Started"],
      );
    },
  },
  {
    name: "a job that fits nowhere has a blocked evaluation, and the plan says so before",
    run: async (kit) => {
      const job = kit.job({ memoryMb: 9_000_000 });
      const plan = await planJob(kit.nomad, job, kit.call);
      assert.equal(plan.FailedTGAllocs.g?.DimensionExhausted.memory, 1);
      const end = await kit.runs(job);
      assert.equal(end.outcome, "blocked");
      assert.equal(end.evaluation.FailedTGAllocs.g?.NodesExhausted, 1);
      const { value: blocked } = await readEvaluation(kit.nomad, end.outcome === "blocked" ? end.blocked : "", kit.call);
      assert.equal(blocked.Status, "blocked");
      await kit.clear();
      const after = await untilFound("the blocked evaluation ends", async () => {
        const { value } = await readEvaluation(kit.nomad, blocked.ID, kit.call).catch((error: unknown) => {
          // Nomad collects the evaluations of purged jobs.
          if (error instanceof NotFound) return { value: { Status: "canceled" } };
          throw error;
        });
        return value.Status === "blocked" ? undefined : value.Status;
      });
      assert.equal(after, "canceled");
    },
  },
  {
    name: "a constraint that no node meets is named",
    run: async (kit) => {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Nomad reads it.
      const Constraints = [{ LTarget: "${node.unique.name}", RTarget: "no-such-node", Operand: "=" }];
      const end = await kit.runs(kit.job({ group: { Constraints } }));
      assert.equal(end.outcome, "blocked");
      assert.deepEqual(end.evaluation.FailedTGAllocs.g?.ConstraintFiltered, { "${node.unique.name} = no-such-node": 1 });
    },
  },
  {
    name: "a task that ends with an error fails its allocation, with its exit code",
    run: async (kit) => {
      const job = kit.job({ type: "batch", command: "/bin/false", args: [] });
      await kit.register(job);
      const { TaskStates } = await kit.ended(job, "failed");
      assert.equal(TaskStates.t?.Failed, true);
      const terminated = TaskStates.t?.Events.find(({ Type }) => Type === "Terminated");
      assert.deepEqual([terminated?.ExitCode, terminated?.Details.exit_code], [1, "1"]);
    },
  },
  {
    name: "an allocation that is stopped is replaced, and one that is restarted stays",
    run: async (kit) => {
      const job = kit.job();
      await kit.runs(job);
      await kit.deployed(job);
      const [first] = await kit.running(job, 1);
      await restartAllocation(kit.nomad, first?.ID ?? "", { task: "t" }, kit.call);
      await untilFound("the task restarts", async () => {
        const [same] = await kit.running(job, 1);
        return same?.ID === first?.ID && same?.TaskStates.t?.Events.some(({ Type }) => Type === "Restart Signaled") ? same : undefined;
      });
      const evaluation = await stopAllocation(kit.nomad, first?.ID ?? "", kit.call);
      assert.equal((await followEvaluation(kit.nomad, evaluation, { signal: kit.signal })).outcome, "placed");
      const next = await untilFound("another allocation runs", async () => (await kit.running(job, 1)).find(({ ID }) => ID !== first?.ID));
      assert.equal(next.Name, first?.Name);
    },
  },
  {
    name: "objects that do not exist are not found",
    run: async ({ nomad, call }) => {
      await assert.rejects(readAllocation(nomad, NO_ID, call), NotFound);
      await assert.rejects(readEvaluation(nomad, NO_ID, call), NotFound);
      await assert.rejects(readDeployment(nomad, NO_ID, call), NotFound);
      await assert.rejects(stopAllocation(nomad, NO_ID, call), NotFound);
      await assert.rejects(restartAllocation(nomad, NO_ID, {}, call), NotFound);
      await assert.rejects(promoteDeployment(nomad, NO_ID, call), NotFound);
    },
  },
  {
    name: "a deployment succeeds when all its allocations are healthy",
    run: async (kit) => {
      const job = kit.job({ count: 2 });
      await kit.runs(job);
      const deployment = await kit.deployed(job);
      assert.equal(deployment.Status, "successful");
      assert.deepEqual([deployment.TaskGroups.g?.DesiredTotal, deployment.TaskGroups.g?.HealthyAllocs], [2, 2]);
      await assert.rejects(failDeployment(kit.nomad, deployment.ID, kit.call), (error: Error) => /terminal deployment/.test(error.message));
    },
  },
  {
    name: "canaries wait for a promotion, and then replace the others",
    run: async (kit) => {
      const job = await withCanary(kit);
      const canary = await waitingCanary(kit, job);
      assert.equal(canary.StatusDescription, "Deployment is running but requires manual promotion");
      await promoteDeployment(kit.nomad, canary.ID, kit.call);
      assert.equal((await kit.deployed(job)).Status, "successful");
      const all = await kit.running(job, 2);
      assert.deepEqual(
        all.map(({ JobVersion }) => JobVersion),
        [1, 1],
      );
    },
  },
  {
    name: "a deployment that is failed goes back to the version before",
    run: async (kit) => {
      const job = await withCanary(kit);
      const canary = await waitingCanary(kit, job);
      const { RevertedJobVersion } = await failDeployment(kit.nomad, canary.ID, kit.call);
      assert.equal(RevertedJobVersion, 0);
      const reverted = await untilFound("the job goes back", async () => {
        const { value } = await readJob(kit.nomad, kit.idOf(job), kit.call);
        return value.Version === 2 ? value : undefined;
      });
      assert.ok(reverted.JobModifyIndex > 0);
      const { value } = await readDeployment(kit.nomad, canary.ID, kit.call);
      assert.equal(value.Status, "failed");
      await kit.deployed(job);
      assert.ok((await kit.running(job, 2)).every(({ JobVersion }) => JobVersion !== 1));
    },
  },
];

/** A job with two healthy allocations, and a second version that begins with one canary. */
async function withCanary(kit: Kit) {
  const SECOND = 1_000_000_000;
  const Update = { Canary: 1, AutoRevert: true, MinHealthyTime: SECOND / 10, HealthyDeadline: 20 * SECOND, ProgressDeadline: 30 * SECOND };
  const job = kit.job({ count: 2, group: { Update } });
  await kit.runs(job);
  assert.equal((await kit.deployed(job)).Status, "successful");
  await kit.runs(withConfig(job, changed));
  return job;
}

const waitingCanary = (kit: Kit, job: ReturnType<Kit["job"]>) =>
  untilFound("the canary is healthy", async () => {
    const { value } = await jobDeployments(kit.nomad, kit.idOf(job), kit.call);
    return value.find(({ JobVersion, TaskGroups }) => JobVersion === 1 && TaskGroups.g?.HealthyAllocs === 1);
  });
