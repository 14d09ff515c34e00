/** Registers, stops, reverts, scales and dispatches jobs, with the texts of a Nomad 1.6 for what it refuses. */
import { canonicalJob } from "./canonical.ts";
import type { Deployments } from "./deployments.ts";
import { Refusal } from "./refusal.ts";
import type { Evaluation, Job } from "./rows.ts";
import { refreshStatus, type Scheduler } from "./scheduler.ts";
import { keyOf, type World } from "./world.ts";

export interface RegisterRequest {
  Job: Parameters<typeof canonicalJob>[0];
  EnforceIndex?: boolean;
  JobModifyIndex?: number;
  Submission?: { Source: string; Format: string; Variables?: string } | null;
}

const STATE = new Set("Status StatusDescription Stable Version SubmitTime CreateIndex ModifyIndex JobModifyIndex Stop".split(" "));
const specOf = (job: Job) =>
  JSON.stringify(
    Object.entries(job)
      .filter(([name]) => !STATE.has(name))
      .sort(),
  );

export class Registry {
  readonly #world: World;
  readonly #scheduler: Scheduler;

  constructor(world: World, scheduler: Scheduler, deployments: Deployments) {
    this.#world = world;
    this.#scheduler = scheduler;
    deployments.revert = (job) => this.#goBack(job);
  }

  find(namespace: string, id: string): Job {
    const job = this.#world.jobs.rows.get(keyOf(namespace, id));
    if (!job) throw new Refusal(404, "job not found");
    return job;
  }

  register({ Job: spec, EnforceIndex = false, JobModifyIndex = 0, Submission }: RegisterRequest): Evaluation | undefined {
    const job = canonicalJob(spec);
    validate(job);
    const known = this.#world.jobs.rows.get(keyOf(job.Namespace, job.ID));
    if (EnforceIndex) {
      const text = `Enforcing job modify index ${JobModifyIndex}: job`;
      if (JobModifyIndex === 0 && known) throw new Refusal(500, `${text} already exists`);
      if (JobModifyIndex !== 0 && !known) throw new Refusal(500, `${text} does not exist`);
      if (JobModifyIndex !== 0 && known && known.JobModifyIndex !== JobModifyIndex)
        throw new Refusal(500, `${text} exists with conflicting job modify index: ${known.JobModifyIndex}`);
    }
    if (!known || known.Stop || specOf(known) !== specOf(job)) this.#store(job, known);
    const stored = this.find(job.Namespace, job.ID);
    if (Submission) this.#world.submissions.set(JSON.stringify([job.Namespace, job.ID, stored.Version]), Submission);
    if (stored.ParameterizedJob || stored.Periodic) {
      refreshStatus(this.#world, stored);
      return undefined;
    }
    return this.#scheduler.evaluate(stored, "job-register");
  }

  deregister(namespace: string, id: string, purge: boolean): Evaluation | undefined {
    const job = this.#world.jobs.rows.get(keyOf(namespace, id));
    if (!job) return undefined;
    this.#stopBlocked(namespace, id);
    if (purge) {
      this.#world.remove(this.#world.jobs, keyOf(namespace, id), "JobDeregistered");
      this.#world.versions.delete(keyOf(namespace, id));
    } else this.#store({ ...job, Stop: true }, job, "JobDeregistered");
    return this.#scheduler.evaluate(job, "job-deregister");
  }

  revert(namespace: string, id: string, version: number, enforced: number | null | undefined): Evaluation {
    const job = this.find(namespace, id);
    if (enforced !== null && enforced !== undefined && enforced !== job.Version)
      throw new Refusal(500, `Current job has version ${job.Version}; enforcing version ${enforced}`);
    if (version === job.Version) throw new Refusal(500, "can't revert to current version");
    const old = this.#world.versions.get(keyOf(namespace, id))?.find((each) => each.Version === version);
    if (!old) throw new Refusal(500, `job "${id}" in namespace "${namespace}" at version ${version} not found`);
    return this.#scheduler.evaluate(this.#store({ ...old, Stop: false }, job), "job-register");
  }

  scale(namespace: string, id: string, group: string, count: number): Evaluation {
    const job = this.find(namespace, id);
    if (!job.TaskGroups.some(({ Name }) => Name === group))
      throw new Refusal(400, `task group "${group}" specified for scaling does not exist in job`);
    if (
      [...this.#world.deployments.rows.values()].some(
        (each) => each.JobID === id && each.Namespace === namespace && each.Status === "running",
      )
    )
      throw new Refusal(400, "job scaling blocked due to active deployment");
    const TaskGroups = job.TaskGroups.map((each) => (each.Name === group ? { ...each, Count: count } : each));
    return this.#scheduler.evaluate(this.#store({ ...job, TaskGroups }, job), "job-scaling");
  }

  dispatch(namespace: string, id: string, meta: Record<string, string> | undefined): { job: Job; evaluation: Evaluation } {
    const parent = this.find(namespace, id);
    if (!parent.ParameterizedJob) throw new Refusal(500, `Specified job "${id}" is not a parameterized job`);
    const name = `${id}/dispatch-${Math.floor(Date.now() / 1000)}-${Math.random().toString(16).slice(2, 10)}`;
    const child = { ...parent, ID: name, Name: name, ParentID: id, ParameterizedJob: null, Dispatched: true, ...(meta && { Meta: meta }) };
    const job = this.#store(child, undefined);
    return { job, evaluation: this.#scheduler.evaluate(job, "job-register") };
  }

  /** Stores a new version. Versions are never changed afterwards, because allocations keep theirs. */
  #store(spec: Job, known: Job | undefined, type = "JobRegistered"): Job {
    const job = { ...structuredClone(spec), Version: known ? known.Version + 1 : 0, Status: known?.Status ?? "pending", Stable: false };
    job.SubmitTime = Date.now() * 1_000_000;
    job.CreateIndex = known?.CreateIndex ?? this.#world.index + 1;
    job.JobModifyIndex = this.#world.index + 1;
    const key = keyOf(job.Namespace, job.ID);
    this.#world.put(this.#world.jobs, key, job, type);
    this.#world.versions.set(key, [job, ...(this.#world.versions.get(key) ?? [])].slice(0, 6));
    return job;
  }

  #goBack({ ID, Namespace }: Pick<Job, "ID" | "Namespace">): number | undefined {
    const [present, ...older] = this.#world.versions.get(keyOf(Namespace, ID)) ?? [];
    const stable = older.find(({ Stable }) => Stable);
    if (!present || !stable) return undefined;
    this.#scheduler.evaluate(this.#store(stable, present), "deployment-watcher");
    return stable.Version;
  }

  #stopBlocked(namespace: string, id: string): void {
    for (const each of this.#world.evaluations.rows.values()) {
      if (each.Status !== "blocked" || each.JobID !== id || each.Namespace !== namespace) continue;
      each.Status = "canceled";
      this.#world.put(this.#world.evaluations, each.ID, each, "EvaluationUpdated", [id]);
    }
  }
}

/** The few rules that tests rely on. A real Nomad has many more. */
export function problemsOf(job: Job): string[] {
  const tasks = job.TaskGroups.flatMap((group) => group.Tasks.map((task) => ({ group, task })));
  return [
    ...(job.TaskGroups.length === 0 ? ["Missing job task groups"] : []),
    ...tasks
      .filter(({ task }) => task.Driver === "")
      .map(
        ({ group, task }) =>
          `Task group ${group.Name} validation failed: 1 error occurred:\n\t* Task ${task.Name} validation failed: 1 error occurred:\n\t* Missing task driver\n\n\n\n`,
      ),
  ];
}

function validate(job: Job): void {
  const problems = problemsOf(job);
  if (problems.length > 0) throw new Refusal(500, `${problems.length} error occurred:\n\t* ${problems.join("\n\t* ")}\n\n`);
}
