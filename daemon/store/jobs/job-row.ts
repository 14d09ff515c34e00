/** Converts a row of the table `jobs` to a job. */
import { Job } from "../../contract/jobs/job.ts";

export interface Row {
  id: string;
  kind: string;
  purpose: string | null;
  playbook: string;
  options: string | null;
  node_id: string;
  node_name: string;
  status: string;
  attempt: number;
  interruptions: number;
  retry_at: string | null;
  queued_at: string | null;
  priority: number;
  after_job: string | null;
  run: string | null;
  requested_by: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  result: string | null;
}

export const fromRow = (row: Row): Job =>
  Job.parse({
    id: row.id,
    kind: row.kind,
    ...(row.purpose !== null && { purpose: row.purpose }),
    playbook: row.playbook,
    ...(row.options !== null && { options: JSON.parse(row.options) }),
    nodeId: row.node_id,
    nodeName: row.node_name,
    status: row.status,
    attempt: row.attempt,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    ...(row.interruptions > 0 && { interruptions: row.interruptions }),
    ...(row.retry_at !== null && { retryAt: row.retry_at }),
    ...(row.queued_at !== null && { queuedAt: row.queued_at }),
    ...(row.priority !== 0 && { priority: row.priority }),
    ...(row.after_job !== null && { after: row.after_job }),
    ...(row.run !== null && { run: row.run }),
    ...(row.started_at !== null && { startedAt: row.started_at }),
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.result !== null && { result: JSON.parse(row.result) }),
  });
