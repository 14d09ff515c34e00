/** What the audit is told of jobs: that a schedule is about to run them, by which rule, and how each ended, whoever asked for it. */
import { randomUUID } from "node:crypto";
import type { RunsApi } from "../../api/jobs/runs.ts";
import { MUSTER } from "../../audit/actor.ts";
import type { AuditLog } from "../../audit/log.ts";
import type { Desk } from "../../changes/changes.ts";
import type { Job } from "../../contract/jobs/job.ts";
import { MusterError } from "../../errors/errors.ts";
import type { ClockParts } from "../../jobs/schedules/clock.ts";

/** The policy is asked before, for whoever made the schedule. */
export const scheduledRuns =
  (audit: AuditLog, desk: Pick<Desk, "byClock">, run: RunsApi["run"]): ClockParts["run"] =>
  (nodes, playbook, purpose, { name, createdBy, owner, approval }) => {
    const requestedBy = `schedule ${name}`;
    const targets = nodes.map((node) => node.name);
    const goal = { kind: "tool" as const, tool: "playbook_run", parameters: { playbook: playbook.name } };
    const work = desk.byClock(
      { goal, targets, reason: requestedBy, readOnly: false, tainted: false },
      owner ?? { keyId: requestedBy, name: createdBy, role: "operator" },
      // Of what the playbook is now, or nobody's: one that only looks is run without any.
      approval?.sha256 === playbook.sha256 ? approval.by : undefined,
    );
    const { rule, policyVersion } = work.decision;
    const summary = `run ${playbook.name} on ${targets.join(", ")}`;
    const about = { actor: MUSTER, subject: requestedBy, summary, executionId: randomUUID(), planHash: work.hash, rule, policyVersion };
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
