/** Writes the audit records of jobs: the intent and the rule of a scheduled run, and the outcome of each job. */
import { randomUUID } from "node:crypto";
import type { PlannedWork } from "../contract/changes/plan.ts";
import type { Job } from "../contract/jobs/job.ts";
import { optionsInWords } from "../contract/jobs/run-options.ts";
import { MusterError } from "../errors/errors.ts";
import { MUSTER } from "./actor.ts";
import type { AuditLog } from "./log.ts";

export interface ScheduledRun {
  subject: string;
  summary: string;
  work: Pick<PlannedWork, "hash" | "decision">;
}

/** Records the intent of a run before its jobs are queued, and the outcome afterwards. */
export function recordRun(audit: AuditLog, { subject, summary, work }: ScheduledRun, run: () => Job[]): Job[] {
  const { rule, policyVersion } = work.decision;
  const about = { actor: MUSTER, subject, summary, executionId: randomUUID(), planHash: work.hash, rule, policyVersion };
  audit.append({ ...about, action: "intent" });
  try {
    const jobs = run();
    audit.append({ ...about, action: "outcome", summary: `${summary}: job ${jobs.map(({ id }) => id).join(", ")}`, result: "accepted" });
    return jobs;
  } catch (error) {
    audit.append({ ...about, action: "outcome", result: error instanceof MusterError ? error.code : "INTERNAL" });
    throw error;
  }
}

export function recordEnd(audit: AuditLog, { id, playbook, nodeName, purpose, options, status }: Job): void {
  const what = purpose === undefined ? "" : `, ${purpose}`;
  audit.append({
    action: "outcome",
    actor: MUSTER,
    subject: `job ${id}`,
    summary: `${playbook} on ${nodeName}${what}${optionsInWords(options)}`,
    result: status,
  });
}
