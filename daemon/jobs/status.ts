/** Defines the states of a job and the allowed transitions between them. All functions in this file are pure. */
import type { Job, JobStatus } from "../contract/jobs/job.ts";
import { MusterError } from "../errors/errors.ts";

const next: Record<JobStatus, readonly JobStatus[]> = {
  queued: ["running", "cancelled", "failed"],
  waiting: ["queued", "cancelled", "failed"],
  running: ["succeeded", "failed", "timed-out", "cancelling", "interrupted", "cancelled", "unknown"],
  cancelling: ["cancelled", "succeeded", "failed", "timed-out", "interrupted"],
  // The executor has not reported the run recently. The executor's next report decides the state.
  unknown: ["running", "cancelling", "succeeded", "failed", "timed-out", "interrupted", "cancelled"],
  // A run of Ansible can safely be repeated, so an interrupted run is repeated once.
  interrupted: ["queued", "waiting"],
  succeeded: [],
  failed: [],
  "timed-out": [],
  cancelled: [],
};

/** The states of a job that has not ended. */
export const liveStates = ["queued", "waiting", "running", "cancelling", "unknown"] as const satisfies readonly JobStatus[];
const live: ReadonlySet<JobStatus> = new Set(liveStates);
const atWork: ReadonlySet<JobStatus> = new Set(["running", "cancelling", "unknown"]);

export const isLive = (status: JobStatus): boolean => live.has(status);

export function requireLive({ status }: Pick<Job, "status">): void {
  if (!isLive(status)) throw new MusterError("JOB_NOT_CANCELLABLE", `this job is already ${status}`);
}

/** Returns true if the job is part of an active run, as far as the control process knows. */
export const isAtWork = (status: JobStatus): boolean => atWork.has(status);

export function moved(from: JobStatus, to: JobStatus): JobStatus {
  if (!next[from].includes(to)) throw new MusterError("JOB_NOT_CANCELLABLE", `a job that is ${from} cannot become ${to}`);
  return to;
}
