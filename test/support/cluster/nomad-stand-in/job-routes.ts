/** The routes of jobs: parse, validate, plan, register and what follows. */
import type { JobSpec } from "../../../../daemon/cluster/nomad/job-spec.ts";
import { canonicalJob } from "./canonical.ts";
import { jobDiff } from "./diff.ts";
import type { Asked, Route } from "./http.ts";
import { chooseNode } from "./placing.ts";
import { type GroupWork, reconcile } from "./reconcile.ts";
import { Refusal } from "./refusal.ts";
import { problemsOf, type RegisterRequest, type Registry } from "./registry.ts";
import type { Evaluation, Job } from "./rows.ts";
import { keyOf, type World } from "./world.ts";

/** The job files that the stand-in knows by their text, because it cannot read HCL. */
export type JobFiles = Map<string, JobSpec>;

const evaluated = (world: World, evaluation: Evaluation | undefined, job?: Job) => ({
  EvalID: evaluation?.ID ?? "",
  EvalCreateIndex: evaluation?.CreateIndex ?? 0,
  JobModifyIndex: job?.JobModifyIndex ?? 0,
  Index: world.index,
  Warnings: "",
  KnownLeader: false,
  LastContact: 0,
  NextToken: "",
});

export function jobRoutes(world: World, registry: Registry, files: JobFiles): Route[] {
  const { jobs } = world;
  const jobOf = ({ namespace, params: [id = ""] }: Asked) => registry.find(namespace, id);
  const present = ({ namespace, params: [id = ""] }: Asked) => jobs.rows.get(keyOf(namespace, id));
  return [
    { method: "POST", path: /^\/v1\/jobs\/parse$/, answer: ({ body }) => ({ body: parse(files, String(body.JobHCL)) }) },
    { method: "POST", path: /^\/v1\/validate\/job$/, answer: ({ body }) => ({ body: validation(body.Job as JobSpec) }) },
    {
      method: "GET",
      path: /^\/v1\/jobs$/,
      tables: [jobs, world.allocations],
      answer: ({ namespace }) => ({
        body: [...jobs.rows.values()].filter((job) => namespace === "*" || job.Namespace === namespace).map((job) => stub(world, job)),
      }),
    },
    {
      method: "POST",
      path: /^\/v1\/jobs$/,
      answer: ({ body }) => {
        const request = body as unknown as RegisterRequest;
        const evaluation = registry.register(request);
        return { body: evaluated(world, evaluation, registry.find(request.Job.Namespace || "default", request.Job.ID)) };
      },
    },
    {
      method: "GET",
      path: /^\/v1\/job\/([^/]+)$/,
      tables: [jobs],
      answer: (asked) => ({ body: jobOf(asked), index: jobOf(asked).ModifyIndex }),
    },
    { method: "POST", path: /^\/v1\/job\/([^/]+)\/plan$/, answer: ({ body }) => ({ body: plan(world, body.Job as JobSpec), index: 0 }) },
    {
      method: "DELETE",
      path: /^\/v1\/job\/([^/]+)$/,
      answer: (asked) => {
        const evaluation = registry.deregister(asked.namespace, asked.params[0] ?? "", asked.query.get("purge") === "true");
        const index = evaluation ? { JobModifyIndex: present(asked)?.JobModifyIndex ?? world.index } : { Index: 0 };
        return { body: { ...evaluated(world, evaluation), ...index } };
      },
    },
    {
      method: "POST",
      path: /^\/v1\/job\/([^/]+)\/revert$/,
      answer: (asked) => {
        const { JobVersion, EnforcePriorVersion } = asked.body as { JobVersion: number; EnforcePriorVersion?: number | null };
        const evaluation = registry.revert(asked.namespace, asked.params[0] ?? "", JobVersion, EnforcePriorVersion);
        return { body: evaluated(world, evaluation, jobOf(asked)) };
      },
    },
    {
      method: "POST",
      path: /^\/v1\/job\/([^/]+)\/scale$/,
      answer: (asked) => {
        const { Target, Count } = asked.body as { Target: { Group: string }; Count: number };
        const evaluation = registry.scale(asked.namespace, asked.params[0] ?? "", Target.Group, Count);
        return { body: evaluated(world, evaluation, jobOf(asked)) };
      },
    },
    {
      method: "POST",
      path: /^\/v1\/job\/([^/]+)\/dispatch$/,
      answer: ({ namespace, params: [id = ""], body }) => {
        const { job, evaluation } = registry.dispatch(namespace, id, body.Meta as Record<string, string> | undefined);
        return { body: { ...evaluated(world, evaluation, job), DispatchedJobID: job.ID, JobCreateIndex: job.CreateIndex } };
      },
    },
    {
      method: "GET",
      path: /^\/v1\/job\/([^/]+)\/versions$/,
      tables: [jobs],
      answer: (asked) => ({
        body: { Versions: world.versions.get(keyOf(jobOf(asked).Namespace, jobOf(asked).ID)), Diffs: null, Index: jobs.index },
      }),
    },
    {
      method: "GET",
      path: /^\/v1\/job\/([^/]+)\/submission$/,
      answer: ({ namespace, params: [id = ""], query }) => {
        const submission = world.submissions.get(JSON.stringify([namespace, id, Number(query.get("version"))]));
        if (!submission) throw new Refusal(404, "job source not found");
        return { body: { VariableFlags: null, ...submission, Namespace: namespace, JobID: id, Version: Number(query.get("version")) } };
      },
    },
  ];
}

function parse(files: JobFiles, hcl: string): JobSpec {
  const spec = files.get(hcl);
  if (!spec) throw new Refusal(400, "Failed to parse job: input.hcl:1,1-2: the stand-in knows only the files that the test gave it");
  return canonicalJob(spec);
}

function validation(spec: JobSpec) {
  const problems = problemsOf(canonicalJob(spec));
  const whole = problems.length === 0 ? "" : `${problems.length} error occurred:\n\t* ${problems.join("\n\t* ")}\n\n`;
  return { DriverConfigValidated: true, ValidationErrors: problems.length === 0 ? null : problems, Error: whole, Warnings: "" };
}

function stub(world: World, { ID, Name, Namespace, ParentID, Type, Priority, Stop, Status, StatusDescription, ...job }: Job) {
  const all = [...world.allocations.rows.values()].filter((each) => each.JobID === ID && each.Namespace === Namespace);
  const Summary = Object.fromEntries(
    job.TaskGroups.map(({ Name: group }) => {
      const count = (status: string) => all.filter(({ TaskGroup, ClientStatus }) => TaskGroup === group && ClientStatus === status).length;
      const counts = { Complete: count("complete"), Failed: count("failed"), Running: count("running"), Starting: count("pending") };
      return [group, { ...counts, Queued: 0, Lost: count("lost"), Unknown: 0 }];
    }),
  );
  const { CreateIndex, ModifyIndex, JobModifyIndex, SubmitTime } = job;
  const indexes = { CreateIndex, ModifyIndex, JobModifyIndex, SubmitTime };
  const kind = { Type, Priority, Periodic: job.Periodic !== null, ParameterizedJob: job.ParameterizedJob !== null };
  return {
    ID,
    Name,
    Namespace,
    ParentID,
    ...kind,
    Stop,
    Status,
    StatusDescription,
    JobSummary: { JobID: ID, Namespace, Summary },
    ...indexes,
  };
}

function plan(world: World, spec: JobSpec) {
  const known = world.jobs.rows.get(keyOf(spec.Namespace || "default", spec.ID));
  const job = { ...canonicalJob(spec), Version: (known?.Version ?? -1) + 1 };
  const problems = problemsOf(job);
  if (problems.length > 0) throw new Refusal(500, `1 error occurred:\n\t* ${problems.join("\n\t* ")}\n\n`);
  const work = reconcile(world, job);
  const failed = work.flatMap(({ group, place, canaries, destructive }) => {
    const choice = place + canaries + destructive.length > 0 ? chooseNode(world, job, group) : undefined;
    return choice && "failed" in choice ? [[group.Name, choice.failed] as const] : [];
  });
  return {
    JobModifyIndex: known?.JobModifyIndex ?? 0,
    Diff: jobDiff(known?.Stop ? undefined : known, job, (group) => labels(work.find((each) => each.group.Name === group))),
    Annotations: { DesiredTGUpdates: Object.fromEntries(work.map((each) => [each.group.Name, updates(each)])), PreemptedAllocs: null },
    FailedTGAllocs: failed.length > 0 ? Object.fromEntries(failed) : null,
    CreatedEvals: null,
    NextPeriodicLaunch: null,
    Warnings: "",
    Index: known?.JobModifyIndex ?? 0,
  };
}

const updates = ({ ignore, place, migrate, stop, destructive, canaries }: GroupWork) => ({
  Ignore: ignore.length,
  Place: place,
  Migrate: migrate.length,
  Stop: stop.length,
  InPlaceUpdate: 0,
  DestructiveUpdate: destructive.length,
  Canary: canaries,
  Preemptions: 0,
});

function labels(work: GroupWork | undefined): Record<string, number> {
  if (!work) return {};
  const named = {
    ignore: work.ignore.length,
    create: work.place,
    canary: work.canaries,
    destroy: work.stop.length,
    migrate: work.migrate.length,
  };
  const all = { ...named, "create/destroy update": work.destructive.length };
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}
