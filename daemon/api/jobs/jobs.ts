/** Defines the routes about jobs: Muster's own routes and the routes of the documented provisioning API. */

import type { Job, JobOutput, JobStatus } from "../../contract/jobs/job.ts";
import type { ProvisioningStatus } from "../../contract/machines/call-home.ts";
import type { Node } from "../../contract/machines/node.ts";
import { routes } from "../../contract/routes.ts";
import { MusterError } from "../../errors/errors.ts";
import { type CancelPorts, cancelJob } from "../../jobs/cancel-job.ts";
import { liveStates } from "../../jobs/status.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import type { Mount } from "../mount.ts";
import type { RequesterOf } from "../requester.ts";

export interface JobsApi extends CancelPorts {
  byHand: RequesterOf;
  /** Finds a node by its name, MAC address or id. Throws NODE_NOT_FOUND if no node matches. */
  findNode(reference: string): Node;
  output(id: string, after: number): Promise<JobOutput>;
  /** Returns the output of a job. The middle is left out if the output is longer than `mostBytes`. */
  ends(id: string, mostBytes: number): Promise<{ beginning: string; leftOutBytes: number; end: string }>;
}

const KIB = 1024;
const ONE_NODE_BYTES = KIB * KIB;
/**
 * Returns the number of output bytes for each node in an answer that contains all nodes. The more nodes the answer
 * contains, the fewer bytes each node gets, so that the answer stays small.
 */
const shareBytes = (nodes: number): number => Math.min(256 * KIB, Math.max(64 * KIB, Math.floor((64 * KIB * KIB) / nodes)));

export function jobsApi(mount: Mount, { nodes, jobs, findNode, cancel, byHand, ...engine }: JobsApi): void {
  mount(routes.listJobs, ({ node, active, limit }) => {
    const nodeId = node === undefined ? undefined : findNode(node).id;
    if (active) return activeJobs(jobs, nodeId).slice(0, limit);
    return nodeId === undefined ? jobs.recent(limit) : jobs.ofNode(nodeId, limit);
  });
  mount(routes.getJob, ({ id }) => existing(jobs, id));
  mount(routes.jobOutput, ({ id, after }) => engine.output(existing(jobs, id).id, after));
  mount(routes.cancelJob, (which, context) => cancelJob({ nodes, jobs, cancel }, which, byHand(context)));

  mount(routes.provisioningStatuses, async () => {
    const entries: [string, ProvisioningStatus][] = [];
    const all = nodes.list();
    for (const node of all) {
      const job = jobs.lastProvisioning(node.id);
      if (job) entries.push([node.name, documented(job, await inOnePiece(job.id, shareBytes(all.length), engine))]);
    }
    return Object.fromEntries(entries);
  });

  mount(routes.provisioningStatus, async ({ hostname }) => {
    const node = nodes.findByName(hostname);
    const job = node && jobs.lastProvisioning(node.id);
    if (!job) throw new MusterError("JOB_NOT_FOUND", "Job not found for this hostname.");
    return documented(job, await inOnePiece(job.id, ONE_NODE_BYTES, engine));
  });
}

/** Returns the jobs that have not ended, with the newest first. */
const activeJobs = (jobs: JobStore, nodeId: string | undefined): Job[] =>
  liveStates
    .flatMap((status) => jobs.withStatus(status))
    .filter((job) => nodeId === undefined || job.nodeId === nodeId)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));

function existing(jobs: JobStore, id: string): Job {
  const job = jobs.find(id);
  if (!job) throw new MusterError("JOB_NOT_FOUND", `no job has the id ${id}`);
  return job;
}

/**
 * Maps a job's status to one of the three states of the documented API. Queued jobs and jobs with an unknown result
 * become "running".
 */
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

async function inOnePiece(id: string, mostBytes: number, { ends }: Pick<JobsApi, "ends">): Promise<string> {
  const { beginning, leftOutBytes, end } = await ends(id, mostBytes);
  if (leftOutBytes === 0) return beginning + end;
  const gap = beginning.endsWith("\n") ? "" : "\n";
  return `${beginning}${gap}[muster: ${leftOutBytes} bytes are left out here; GET /api/jobs/${id}/output and \`muster job ${id} --follow\` show everything]\n${end}`;
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
