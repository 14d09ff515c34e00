/** The states of a job and the only ways between them. Pure. */
import type { JobStatus } from "../contract/job.ts";
import { MusterError } from "../errors.ts";

const next: Record<JobStatus, readonly JobStatus[]> = {
  queued: ["running", "cancelled", "failed"],
  running: ["succeeded", "failed", "timed-out", "cancelling", "interrupted", "cancelled"],
  cancelling: ["cancelled", "succeeded", "failed", "timed-out", "interrupted"],
  // Ansible's runs may be repeated, so an interrupted one is, once.
  interrupted: ["queued"],
  succeeded: [],
  failed: [],
  "timed-out": [],
  cancelled: [],
};

export const isLive = (status: JobStatus): boolean => status === "queued" || status === "running" || status === "cancelling";

export function moved(from: JobStatus, to: JobStatus): JobStatus {
  if (!next[from].includes(to)) throw new MusterError("JOB_NOT_CANCELLABLE", `a job that is ${from} cannot become ${to}`);
  return to;
}
