/** The cases of the conformance suite share these: jobs that suit every Nomad, and waits for what Nomad does later. */
import assert from "node:assert/strict";
import { type AllocationSummary, jobAllocations } from "../../../../daemon/cluster/nomad/allocations.ts";
import { type Deployment, isActive, jobDeployments } from "../../../../daemon/cluster/nomad/deployments.ts";
import { type EvaluationEnd, followEvaluation } from "../../../../daemon/cluster/nomad/follow-evaluation.ts";
import { deregisterJob } from "../../../../daemon/cluster/nomad/job-actions.ts";
import type { JobSpec } from "../../../../daemon/cluster/nomad/job-spec.ts";
import type { JobId, Nomad } from "../../../../daemon/cluster/nomad/nomad.ts";
import { planJob } from "../../../../daemon/cluster/nomad/plan.ts";
import { type Registered, registerJob } from "../../../../daemon/cluster/nomad/register.ts";
import type { ClusterCall } from "../../../../daemon/cluster/wire/request.ts";
import { untilFound } from "../../until.ts";

export interface JobWish {
  count?: number;
  command?: string;
  args?: string[];
  memoryMb?: number;
  type?: "service" | "batch";
  /** More fields of the job and of its group. */
  job?: object;
  group?: object;
  task?: object;
}

export interface Case {
  name: string;
  run(kit: Kit): Promise<void>;
}

/** A stand-in needs these. A real Nomad reads HCL, and is never as quick as a stand-in. */
export interface Help {
  /** Gives the text of a job file to a stand-in that cannot read HCL. */
  knowFile(hcl: string, spec: JobSpec): void;
  /** From now on, allocations do not start, or do not stop. */
  hold(what: "starts" | "stops"): void;
  release(): void;
}

const SECOND = 1_000_000_000;
let jobs = 0;

export class Kit {
  readonly nomad: Nomad;
  readonly call: ClusterCall;
  readonly signal: AbortSignal;
  readonly help: Help;
  readonly #made: JobId[] = [];

  constructor(nomad: Nomad, signal: AbortSignal, help: Help) {
    this.nomad = nomad;
    this.signal = signal;
    this.call = { signal };
    this.help = help;
  }

  /** A job with one group `g` and one task `t`, which becomes healthy quickly and is never restarted. */
  job(wish: JobWish = {}): JobSpec {
    jobs += 1;
    const { count = 1, command = "/bin/sleep", args = ["600"], memoryMb = 16, type = "service", job, group, task } = wish;
    const health = { MinHealthyTime: SECOND / 10, HealthyDeadline: 20 * SECOND, ProgressDeadline: 30 * SECOND };
    const never = { RestartPolicy: { Attempts: 0, Mode: "fail" }, ReschedulePolicy: { Attempts: 0, Unlimited: false } };
    const tasks = [
      {
        Name: "t",
        Driver: "raw_exec",
        Config: { command, args },
        Resources: { CPU: 20, MemoryMB: memoryMb },
        KillTimeout: SECOND,
        ...task,
      },
    ];
    return {
      ID: `case-${process.pid}-${jobs}`,
      Type: type,
      TaskGroups: [{ Name: "g", Count: count, ...(type === "service" && { Update: health }), ...never, Tasks: tasks, ...group }],
      ...job,
    };
  }

  /** Registers as Muster does: with the index of a plan. */
  async register(job: JobSpec): Promise<Registered> {
    const { JobModifyIndex } = await planJob(this.nomad, job, this.call);
    this.#made.push(this.idOf(job));
    return registerJob(this.nomad, { job, jobModifyIndex: JobModifyIndex }, this.call);
  }

  idOf = (job: JobSpec): JobId => ({ namespace: job.Namespace || "default", id: job.ID });

  async runs(job: JobSpec): Promise<EvaluationEnd> {
    const { EvalID } = await this.register(job);
    return followEvaluation(this.nomad, EvalID, { signal: this.signal });
  }

  /** Waits until so many allocations run, and returns them. */
  running = (job: JobSpec, count: number): Promise<AllocationSummary[]> =>
    untilFound(`${count} allocations of ${job.ID} run`, async () => {
      const { value } = await jobAllocations(this.nomad, this.idOf(job), this.call);
      const all = value.filter(({ ClientStatus, DesiredStatus }) => ClientStatus === "running" && DesiredStatus === "run");
      return all.length === count ? all : undefined;
    });

  ended = (job: JobSpec, status: string): Promise<AllocationSummary> =>
    untilFound(`an allocation of ${job.ID} is ${status}`, async () => {
      const { value } = await jobAllocations(this.nomad, this.idOf(job), this.call);
      return value.find(({ ClientStatus }) => ClientStatus === status);
    });

  /** Waits until the newest deployment has ended. */
  deployed = (job: JobSpec): Promise<Deployment> =>
    untilFound(`the deployment of ${job.ID} ends`, async () => {
      const { value } = await jobDeployments(this.nomad, this.idOf(job), this.call);
      const newest = value.toSorted((one, other) => other.CreateIndex - one.CreateIndex)[0];
      return newest && !isActive(newest) ? newest : undefined;
    });

  /** Stops and forgets all jobs of a case, and waits until nothing of them runs. */
  async clear(): Promise<void> {
    for (const id of this.#made.splice(0)) {
      await deregisterJob(this.nomad, id, { purge: true }, this.call).catch((error: { code?: string }) =>
        assert.equal(error.code, "CLUSTER_NOT_FOUND"),
      );
      await untilFound(`nothing of ${id.id} runs`, async () => {
        const { value } = await jobAllocations(this.nomad, id, this.call);
        return value.every(({ ClientStatus }) => !["pending", "running"].includes(ClientStatus)) || undefined;
      });
    }
  }
}
