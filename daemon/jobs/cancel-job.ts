/** Cancels a job at the request of an operator. */
import * as z from "zod";
import type { Job } from "../contract/jobs/job.ts";
import { MusterError } from "../errors/errors.ts";
import { type Acts, onNodes } from "../machines/acts/own-acts.ts";
import type { Requester } from "../machines/acts/requester.ts";
import { findNode } from "../machines/find-node.ts";
import type { JobStore } from "../store/jobs/jobs.ts";
import type { NodeStore } from "../store/machines/nodes.ts";
import { requireLive } from "./status.ts";

export interface CancelPorts {
  nodes: NodeStore;
  jobs: JobStore;
  cancel(id: string, requestedBy: string): Job;
}

export function cancelJob({ nodes, jobs, cancel }: CancelPorts, { id }: { id: string }, requester: Requester): Job {
  const job = jobs.find(id);
  if (!job) throw new MusterError("JOB_NOT_FOUND", `no job has the id ${id}`);
  requireLive(job);
  requester.permit({ tool: "job_cancel", parameters: { job: id }, nodes: [findNode(nodes, job.nodeId)] });
  return cancel(id, requester.name);
}

const CancelValues = z.strictObject({ job: z.string() });

export const jobActs = (ports: CancelPorts): Acts =>
  onNodes(ports, {
    job_cancel: async (all, { node, parameters }, by) => {
      const { job: id } = CancelValues.parse(parameters);
      const job = all.jobs.find(id);
      if (job && findNode(all.nodes, node).id !== job.nodeId)
        throw new MusterError("JOB_NOT_FOUND", `job: ${id} is a job of ${job.nodeName}, not of ${node}`);
      return `job ${id} is ${cancelJob(all, { id }, by).status}`;
    },
  });
