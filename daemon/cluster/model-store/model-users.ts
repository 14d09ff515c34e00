/** Finds the jobs of Nomad that fetch a model from the control node. */
import { listJobs, readJob } from "../nomad/jobs.ts";
import type { Nomad } from "../nomad/nomad.ts";
import type { ClusterCall } from "../wire/request.ts";

/** Returns the names of the jobs that are not stopped. */
export async function jobsWithModel(nomad: Nomad, model: string, call: ClusterCall): Promise<string[]> {
  const { value: jobs } = await listJobs(nomad, "*", call);
  const users: string[] = [];
  for (const { ID: id, Namespace: namespace, Stop } of jobs) {
    if (Stop) continue;
    const { value: job } = await readJob(nomad, { namespace, id }, call);
    if (JSON.stringify(job).includes(`/assets/models/${model}.gguf`)) users.push(id);
  }
  return users;
}
