/** The routes about jobs, in our words and in those of the documented provisioning API. */
import type { ProvisioningStatus } from "../contract/call-home.ts";
import type { Job, JobOutput, JobStatus } from "../contract/job.ts";
import type { Node } from "../contract/node.ts";
import { routes } from "../contract/routes.ts";
import { MusterError } from "../errors.ts";
import { notRunnable } from "../fleet/runnable.ts";
import type { JobStore } from "../store/jobs.ts";
import type { NodeStore } from "../store/nodes.ts";
import { type ByHandApi, byHand } from "./by-hand.ts";
import type { Mount } from "./mount.ts";
import { find } from "./nodes.ts";

export interface JobsApi extends ByHandApi {
  nodes: NodeStore;
  jobs: JobStore;
  /** Rejects with a coded error where its place in the inventory cannot be written. */
  provision(node: Node, requestedBy: string): Promise<Job>;
  preview(node: Node, requestedBy: string): Job;
  cancel(id: string, requestedBy: string): Job;
  output(id: string, after: number): Promise<JobOutput>;
}

export function jobsApi(mount: Mount, { nodes, jobs, ...engine }: JobsApi): void {
  mount(routes.listJobs, ({ node, limit }) => (node === undefined ? jobs.recent(limit) : jobs.ofNode(find(nodes, node).id, limit)));
  mount(routes.getJob, ({ id }) => existing(jobs, id));
  mount(routes.jobOutput, ({ id, after }) => engine.output(existing(jobs, id).id, after));
  mount(routes.cancelJob, ({ id }, { caller }) => engine.cancel(existing(jobs, id).id, caller.name));
  mount(routes.reprovisionNode, ({ node, check }, context) => {
    const target = find(nodes, node);
    const reason = check ? notRunnable(target) : undefined;
    if (reason !== undefined) throw new MusterError("NODE_WRONG_PHASE", reason);
    byHand(engine, { tool: "reprovision", parameters: { check }, nodes: [target] }, context);
    return check ? engine.preview(target, context.caller.name) : engine.provision(target, context.caller.name);
  });

  mount(routes.provisioningStatuses, async () => {
    const entries: [string, ProvisioningStatus][] = [];
    for (const node of nodes.list()) {
      const job = jobs.lastProvisioning(node.id);
      if (job) entries.push([node.name, documented(job, (await engine.output(job.id, 0)).text)]);
    }
    return Object.fromEntries(entries);
  });

  mount(routes.provisioningStatus, async ({ hostname }) => {
    const node = nodes.findByName(hostname);
    const job = node && jobs.lastProvisioning(node.id);
    if (!job) throw new MusterError("JOB_NOT_FOUND", "Job not found for this hostname.");
    return documented(job, await wholeOutput(job.id, engine));
  });
}

function existing(jobs: JobStore, id: string): Job {
  const job = jobs.find(id);
  if (!job) throw new MusterError("JOB_NOT_FOUND", `no job has the id ${id}`);
  return job;
}

/** Waiting in the queue is "running" to those who only know three words, and so is what nobody knows the end of. */
const documentedStatus = {
  queued: "running",
  waiting: "running",
  unknown: "running",
  running: "running",
  cancelling: "running",
  interrupted: "failed",
  succeeded: "success",
  failed: "failed",
  "timed-out": "failed",
  cancelled: "failed",
} satisfies Record<JobStatus, ProvisioningStatus["status"]>;

async function wholeOutput(id: string, { output }: Pick<JobsApi, "output">): Promise<string> {
  const slices: string[] = [];
  for (let after = 0; ; ) {
    const { text, next, end } = await output(id, after);
    slices.push(text);
    if (end || next === after) return slices.join("");
    after = next;
  }
}

function documented(job: Job, log: string): ProvisioningStatus {
  return {
    status: documentedStatus[job.status],
    start_time: job.startedAt ?? job.createdAt,
    end_time: job.endedAt ?? null,
    log,
    job_id: job.id,
  };
}
