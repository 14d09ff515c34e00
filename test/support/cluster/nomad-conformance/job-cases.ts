/** Plan, register, revert, scale and dispatch: the cases about jobs. */
import assert from "node:assert/strict";
import { followEvaluation } from "../../../../daemon/cluster/nomad/follow-evaluation.ts";
import { deregisterJob, dispatchJob, revertJob, scaleJob } from "../../../../daemon/cluster/nomad/job-actions.ts";
import { jobSubmission, jobVersions, listJobs, readJob } from "../../../../daemon/cluster/nomad/jobs.ts";
import { parseJob, validateJob } from "../../../../daemon/cluster/nomad/parse.ts";
import { planJob } from "../../../../daemon/cluster/nomad/plan.ts";
import { registerJob } from "../../../../daemon/cluster/nomad/register.ts";
import { Conflict, NotFound, Refused } from "../../../../daemon/errors/cluster-failures.ts";
import { until } from "../../until.ts";
import type { Case } from "./kit.ts";

const hcl = `job "from-file" {
  type = "batch"
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/true"
      }
    }
  }
}
`;

export const jobCases: Case[] = [
  {
    name: "a job file becomes a specification, and a broken one is refused with its place",
    run: async ({ nomad, call, help }) => {
      const task = { Name: "t", Driver: "raw_exec", Config: { command: "/bin/true" } };
      help.knowFile(hcl, { ID: "from-file", Type: "batch", TaskGroups: [{ Name: "g", Count: 1, Tasks: [task] }] });
      const job = await parseJob(nomad, { hcl }, call);
      assert.deepEqual([job.ID, job.Type, job.Namespace], ["from-file", "batch", "default"]);
      assert.deepEqual((await validateJob(nomad, job, call)).errors, []);
      await assert.rejects(
        parseJob(nomad, { hcl: 'job "x" { a b' }, call),
        (error: Error) => error instanceof Refused && error.status === 400 && /input\.hcl:1,/.test(error.text),
      );
    },
  },
  {
    name: "an invalid job has errors that name the task",
    run: async ({ nomad, call }) => {
      const { errors } = await validateJob(
        nomad,
        { ID: "x", Type: "batch", TaskGroups: [{ Name: "g", Count: 1, Tasks: [{ Name: "t" }] }] },
        call,
      );
      assert.match(errors.join(), /Task t validation failed.*Missing task driver/s);
    },
  },
  {
    name: "the plan of a new job has index 0 and all places, and changes nothing",
    run: async (kit) => {
      const job = kit.job({ count: 2 });
      const plan = await planJob(kit.nomad, job, kit.call);
      assert.equal(plan.JobModifyIndex, 0);
      assert.equal(plan.Diff?.Type, "Added");
      assert.deepEqual(plan.Annotations?.DesiredTGUpdates.g?.Place, 2);
      assert.deepEqual(plan.FailedTGAllocs, {});
      const count = plan.Diff?.TaskGroups[0]?.Fields.find(({ Name }) => Name === "Count");
      assert.deepEqual([count?.Type, count?.Old, count?.New, count?.Annotations], ["Added", "", "2", ["forces create"]]);
      await assert.rejects(readJob(kit.nomad, kit.idOf(job), kit.call), NotFound);
    },
  },
  {
    name: "a job is registered only with the index of its plan",
    run: async (kit) => {
      const job = kit.job();
      await assert.rejects(registerJob(kit.nomad, { job, jobModifyIndex: 7 }, kit.call), Conflict);
      const { JobModifyIndex: index } = await kit.register(job);
      const again = (jobModifyIndex: number) => registerJob(kit.nomad, { job: { ...job, Priority: 60 }, jobModifyIndex }, kit.call);
      await assert.rejects(
        again(0),
        (error: Error) => error instanceof Conflict && /Enforcing job modify index 0: job already exists/.test(error.message),
      );
      await assert.rejects(
        again(index + 1000),
        (error: Error) => error instanceof Conflict && /conflicting job modify index: \d+/.test(error.message),
      );
      const { value: read } = await readJob(kit.nomad, kit.idOf(job), kit.call);
      assert.equal(read.JobModifyIndex, index);
      assert.ok((await again(index)).JobModifyIndex > index);
      await assert.rejects(again(index), Conflict);
    },
  },
  {
    name: "the plan of a change names what changed and what it does to the allocations",
    run: async (kit) => {
      const job = kit.job({ count: 2 });
      await kit.runs(job);
      await kit.deployed(job);
      const same = await planJob(kit.nomad, job, kit.call);
      assert.equal(same.Diff?.Type, "None");
      assert.equal(same.Annotations?.DesiredTGUpdates.g?.Ignore, 2);
      const grown = structuredClone(job) as typeof job & { TaskGroups: [{ Count: number; Tasks: [{ Config: { args: string[] } }] }] };
      grown.TaskGroups[0].Count = 3;
      const more = await planJob(kit.nomad, grown, kit.call);
      assert.deepEqual([more.Diff?.Type, more.Annotations?.DesiredTGUpdates.g?.Place], ["Edited", 1]);
      const [field] = more.Diff?.TaskGroups[0]?.Fields ?? [];
      assert.deepEqual([field?.Name, field?.Old, field?.New, field?.Annotations], ["Count", "2", "3", ["forces create"]]);
      assert.ok(more.JobModifyIndex > 0);
      grown.TaskGroups[0].Count = 2;
      grown.TaskGroups[0].Tasks[0].Config.args = ["700"];
      const other = await planJob(kit.nomad, grown, kit.call);
      assert.ok((other.Annotations?.DesiredTGUpdates.g?.DestructiveUpdate ?? 0) > 0);
      const [task] = other.Diff?.TaskGroups[0]?.Tasks ?? [];
      assert.deepEqual(task?.Annotations, ["forces create/destroy update"]);
      const [config] = task?.Objects ?? [];
      assert.equal(config?.Name, "Config");
      assert.deepEqual(
        config?.Fields.map(({ Name, Type, Old, New }) => [Name, Type, Old, New]),
        [
          ["args[0]", "Edited", "600", "700"],
          ["command", "None", "/bin/sleep", "/bin/sleep"],
        ],
      );
    },
  },
  {
    name: "a job goes back to an earlier version only from the version that the caller saw",
    run: async (kit) => {
      const job = kit.job();
      const id = kit.idOf(job);
      await kit.runs(job);
      await kit.deployed(job);
      await kit.runs({ ...job, Priority: 70 });
      const versions = await jobVersions(kit.nomad, id, kit.call);
      assert.deepEqual(
        versions.map(({ Version }) => Version),
        [1, 0],
      );
      await assert.rejects(revertJob(kit.nomad, id, { toVersion: 0, fromVersion: 7 }, kit.call), Conflict);
      await assert.rejects(revertJob(kit.nomad, id, { toVersion: 9, fromVersion: 1 }, kit.call), NotFound);
      await assert.rejects(revertJob(kit.nomad, id, { toVersion: 1, fromVersion: 1 }, kit.call), Refused);
      await revertJob(kit.nomad, id, { toVersion: 0, fromVersion: 1 }, kit.call);
      const { value } = await readJob(kit.nomad, id, kit.call);
      assert.deepEqual([value.Version, value.Priority], [2, 50]);
    },
  },
  {
    name: "Nomad keeps the file of a version",
    run: async (kit) => {
      const job = kit.job();
      const id = kit.idOf(job);
      await kit.register(job);
      assert.equal(await jobSubmission(kit.nomad, id, 0, kit.call), undefined);
      const { JobModifyIndex } = await planJob(kit.nomad, job, kit.call);
      const submission = { source: `job "${job.ID}" {}`, variables: "a = 1" };
      await registerJob(kit.nomad, { job: { ...job, Priority: 55 }, jobModifyIndex: JobModifyIndex, submission }, kit.call);
      const kept = await jobSubmission(kit.nomad, id, 1, kit.call);
      assert.deepEqual([kept?.Source, kept?.Variables, kept?.Format], [submission.source, submission.variables, "hcl2"]);
    },
  },
  {
    name: "a group is scaled unless a deployment is active or the job changed",
    run: async (kit) => {
      const job = kit.job({ count: 1 });
      const id = kit.idOf(job);
      const { JobModifyIndex: jobModifyIndex } = await kit.register(job);
      const scale = (wish: object) => scaleJob(kit.nomad, id, { group: "g", count: 2, message: "test", jobModifyIndex, ...wish }, kit.call);
      await kit.deployed(job);
      await assert.rejects(scale({ jobModifyIndex: jobModifyIndex + 1 }), Conflict);
      await assert.rejects(scale({ group: "none" }), Refused);
      kit.help.hold("starts");
      const { JobModifyIndex: now, EvalID } = await scale({});
      // The evaluation creates the deployment.
      await followEvaluation(kit.nomad, EvalID, { signal: kit.signal });
      await assert.rejects(scale({ count: 3, jobModifyIndex: now }), (error: Error) => /active deployment/.test(error.message));
      kit.help.release();
      await kit.running(job, 2);
    },
  },
  {
    name: "a parameterised job runs once for each dispatch, and other jobs cannot be dispatched",
    run: async (kit) => {
      const job = kit.job({
        type: "batch",
        command: "/bin/true",
        args: [],
        job: { ParameterizedJob: { Payload: "optional", MetaOptional: ["a"] } },
      });
      const { EvalID } = await kit.register(job);
      assert.equal(EvalID, "");
      const child = await dispatchJob(kit.nomad, kit.idOf(job), { payload: "x", meta: { a: "1" } }, kit.call);
      assert.match(child.DispatchedJobID, new RegExp(`^${job.ID}/dispatch-`));
      await kit.ended({ ...job, ID: child.DispatchedJobID }, "complete");
      const { value } = await readJob(kit.nomad, { namespace: "default", id: child.DispatchedJobID }, kit.call);
      assert.deepEqual(value.Meta, { a: "1" });
      const plain = kit.job();
      await kit.register(plain);
      await assert.rejects(dispatchJob(kit.nomad, kit.idOf(plain), {}, kit.call), (error: Error) =>
        /not a parameterized job/.test(error.message),
      );
    },
  },
  {
    name: "a job that is stopped stays in the list as dead until it is purged, and a missing job is not found",
    run: async (kit) => {
      const job = kit.job();
      const id = kit.idOf(job);
      await kit.runs(job);
      await kit.running(job, 1);
      const listed = async () => (await listJobs(kit.nomad, "*", kit.call)).value.find(({ ID }) => ID === job.ID);
      assert.equal((await listed())?.JobSummary?.Summary.g?.Running, 1);
      await deregisterJob(kit.nomad, id, { purge: false }, kit.call);
      await until("the job is dead", async () => (await listed())?.Status === "dead");
      assert.equal((await listed())?.Stop, true);
      await deregisterJob(kit.nomad, id, { purge: true }, kit.call);
      assert.equal(await listed(), undefined);
      await assert.rejects(deregisterJob(kit.nomad, id, { purge: true }, kit.call), NotFound);
      await assert.rejects(scaleJob(kit.nomad, id, { group: "g", count: 1, message: "", jobModifyIndex: 1 }, kit.call), NotFound);
    },
  },
];
