/** Reads all objects of Nomad. The list of jobs has no group counts and no version, so each changed job is read alone. */
import { NotFound, Unreadable } from "../../errors/cluster-failures.ts";
import { listAllocations } from "../nomad/allocations.ts";
import { listDeployments } from "../nomad/deployments.ts";
import { type JobSummary, listJobs, readJob } from "../nomad/jobs.ts";
import { listNodes } from "../nomad/nodes.ts";
import type { Nomad } from "../nomad/nomad.ts";
import type { Indexed } from "../wire/blocking-query.ts";
import type { ClusterCall } from "../wire/request.ts";
import { type NomadObjects, tableOf } from "./nomad-objects.ts";
import { allocationRow, deploymentRow, JobForm, type JobRow, jobKey, jobRow, nodeRow } from "./nomad-rows.ts";

const ALL = "*";
/** 2,000 allocations with the events of their tasks are about 10 MB. */
const MOST_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const AT_ONCE = 4;
/** Dispatched and periodic jobs can be many. The newest ones are shown. */
const MOST_JOBS = 2000;

export async function listObjects(nomad: Nomad, before: NomadObjects | undefined, { signal }: ClusterCall): Promise<Indexed<NomadObjects>> {
  const call = { signal, timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES };
  const nodes = await listNodes(nomad, call);
  const jobs = await listJobs(nomad, ALL, call);
  const deployments = await listDeployments(nomad, ALL, call);
  const allocations = await listAllocations(nomad, ALL, call);
  const newest = jobs.value.sort((a, b) => b.ModifyIndex - a.ModifyIndex).slice(0, MOST_JOBS);
  const jobRows = await readJobs(nomad, newest, before, signal);
  const all = [nodes, jobs, deployments, allocations];
  return {
    index: Math.min(...all.map(({ index }) => index)),
    knownLeader: all.every(({ knownLeader }) => knownLeader),
    lastContactMs: Math.max(...all.map(({ lastContactMs }) => lastContactMs)),
    value: {
      nodes: tableOf(nodes.value.map(nodeRow), nodes.index, ({ id }) => id),
      jobs: tableOf(jobRows, jobs.index, ({ namespace, id }) => jobKey(namespace, id)),
      allocations: tableOf(allocations.value.map(allocationRow), allocations.index, ({ id }) => id),
      deployments: tableOf(deployments.value.map(deploymentRow), deployments.index, ({ id }) => id),
    },
  };
}

async function readJobs(
  nomad: Nomad,
  listed: readonly JobSummary[],
  before: NomadObjects | undefined,
  signal: AbortSignal,
): Promise<JobRow[]> {
  const rows: JobRow[] = [];
  const left = listed.values();
  const work = async () => {
    for (const summary of left) {
      const row = await readRow(nomad, summary, before, signal);
      if (row) rows.push(row);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return rows;
}

/** A specification that was read before is still current if its index is the same. Returns undefined if the job was purged. */
async function readRow(nomad: Nomad, one: JobSummary, before: NomadObjects | undefined, signal: AbortSignal): Promise<JobRow | undefined> {
  const known = before?.jobs.rows.get(jobKey(one.Namespace, one.ID));
  if (known && known.jobModifyIndex === one.JobModifyIndex)
    return { ...known, status: one.Status, stopped: one.Stop, modifyIndex: one.ModifyIndex };
  try {
    const { value } = await readJob(nomad, { namespace: one.Namespace, id: one.ID }, { signal, timeoutMs: TIMEOUT_MS });
    const job = JobForm.safeParse(value);
    if (!job.success) throw new Unreadable("Nomad", `the job ${one.ID} has another form than expected: ${job.error.issues[0]?.message}`);
    return jobRow(job.data);
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}
