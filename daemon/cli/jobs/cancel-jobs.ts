/** Cancels one job or all active jobs, and waits until they have stopped. */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type Client } from "../../contract/client.ts";
import type { Job } from "../../contract/jobs/job.ts";

/** A running job counts as cancelled only when its processes have stopped. */
const POLL_MS = 500;
const POLLS = 60;

export async function cancelAndWait(client: Client, id: string): Promise<Job> {
  return stopped(client, await client.cancelJob({ id }));
}

/** The policy decided about one job. Its decision about the next job may be another one. */
const isDecision = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === "APPROVAL_NEEDED" || error.code === "PLAN_DENIED");

/**
 * Requests the cancel of every active job first, so that the jobs stop at the same time. If the policy does not allow some of
 * them, the other jobs are cancelled, and the first such decision is thrown at the end.
 */
export async function cancelAll(client: Client): Promise<Job[]> {
  const requested: Job[] = [];
  const decisions: ApiError[] = [];
  for (const { id } of await client.listJobs({ active: "true", limit: 1000 })) {
    try {
      requested.push(await requestCancel(client, id));
    } catch (error) {
      if (!isDecision(error)) throw error;
      decisions.push(error);
    }
  }
  const jobs: Job[] = [];
  for (const job of requested) jobs.push(await stopped(client, job));
  if (decisions[0]) throw decisions[0];
  return jobs;
}

/** Returns the job even if it has ended since it was listed. Waits if the rate limit refuses a request. */
async function requestCancel(client: Client, id: string): Promise<Job> {
  for (;;) {
    try {
      return await client.cancelJob({ id });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "JOB_NOT_CANCELLABLE") return client.getJob({ id });
      if (error.retryAfterSeconds === undefined) throw error;
      await sleep(error.retryAfterSeconds * 1000);
    }
  }
}

async function stopped(client: Client, requested: Job): Promise<Job> {
  let job = requested;
  for (let polls = 0; job.status === "cancelling" && polls < POLLS; polls++) {
    await sleep(POLL_MS);
    job = await client.getJob({ id: job.id });
  }
  return job;
}
