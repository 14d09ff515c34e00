/** Defines the names and colours of job states, and the states that can be cancelled or are final. */
import type { JobStatus } from "../../../../daemon/contract/jobs/job.ts";
import type { Label } from "../tone.ts";

export const jobLabel: Record<JobStatus, Label> = {
  queued: { word: "Queued", tone: "idle" },
  waiting: { word: "Waiting", tone: "idle" },
  running: { word: "Running", tone: "working" },
  cancelling: { word: "Cancelling", tone: "attention" },
  succeeded: { word: "Succeeded", tone: "good" },
  failed: { word: "Failed", tone: "bad" },
  "timed-out": { word: "Timed out", tone: "bad" },
  cancelled: { word: "Cancelled", tone: "muted" },
  interrupted: { word: "Interrupted", tone: "attention" },
  unknown: { word: "Unknown", tone: "attention" },
};

export const isCancellable = (status: JobStatus) =>
  status === "queued" || status === "waiting" || status === "running" || status === "unknown";

export const isOver = (status: JobStatus) =>
  status === "succeeded" || status === "failed" || status === "timed-out" || status === "cancelled" || status === "interrupted";
