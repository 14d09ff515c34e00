/** What the audit is told of jobs: that a schedule is about to run them, and how each ended, whoever asked for it. */
import { randomUUID } from "node:crypto";
import { MUSTER } from "../audit/actor.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Job } from "../contract/job.ts";
import { MusterError } from "../errors.ts";
import type { ClockParts } from "../schedules/clock.ts";

export const recordingRuns =
  (audit: AuditLog, run: ClockParts["run"]): ClockParts["run"] =>
  (nodes, playbook, purpose, requestedBy) => {
    const summary = `run ${playbook.name} on ${nodes.map(({ name }) => name).join(", ")}`;
    const about = { actor: MUSTER, subject: requestedBy, summary, executionId: randomUUID() };
    audit.append({ ...about, action: "intent" });
    try {
      const jobs = run(nodes, playbook, purpose, requestedBy);
      audit.append({ ...about, action: "outcome", summary: `${summary}: job ${jobs.map(({ id }) => id).join(", ")}`, result: "accepted" });
      return jobs;
    } catch (error) {
      audit.append({ ...about, action: "outcome", result: error instanceof MusterError ? error.code : "INTERNAL" });
      throw error;
    }
  };

export function recordEnd(audit: AuditLog, { id, playbook, nodeName, purpose, status }: Job): void {
  const what = purpose === undefined ? "" : `, ${purpose}`;
  audit.append({ action: "outcome", actor: MUSTER, subject: `job ${id}`, summary: `${playbook} on ${nodeName}${what}`, result: status });
}
