/**
 * Runs a schedule that is due. The policy decides as if the schedule's owner requested the run. The decision is
 * recorded, and then the jobs are queued.
 */

import type { Who } from "../../changes/policy/policy.ts";
import type { PlannedWork, Proposal } from "../../contract/changes/plan.ts";
import type { Job, RunPurpose } from "../../contract/jobs/job.ts";
import type { Playbook } from "../../contract/jobs/playbook.ts";
import { optionsInWords, parametersOfOptions, type RunOptions } from "../../contract/jobs/run-options.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { ClockParts } from "./clock.ts";

export interface ScheduledParts {
  /** Throws an error if the policy denies the run, or if the policy requires more approvals than the schedule has. */
  decide(proposal: Proposal, owner: Who, approvedBy: string | undefined): PlannedWork;
  record(run: { subject: string; summary: string; work: PlannedWork }, queue: () => Job[]): Job[];
  queue(nodes: readonly Node[], playbook: Playbook, purpose: RunPurpose, requestedBy: string, order: { options?: RunOptions }): Job[];
}

export const scheduledRuns =
  ({ decide, record, queue }: ScheduledParts): ClockParts["run"] =>
  (nodes, playbook, purpose, { name, createdBy, owner, approval, options }) => {
    const requestedBy = `schedule ${name}`;
    const targets = nodes.map((node) => node.name);
    const goal = {
      kind: "tool" as const,
      tool: "playbook_run",
      parameters: { playbook: playbook.name, ...parametersOfOptions(options ?? {}) },
    };
    const work = decide(
      { goal, targets, reason: requestedBy, readOnly: false, tainted: false },
      owner ?? { keyId: requestedBy, name: createdBy, role: "operator" },
      // The approval is valid only for the content that the playbook had at the time of the approval. The clock leaves out the
      // nodes whose values or scope are not the approved ones.
      approval?.sha256 === playbook.sha256 ? approval.by : undefined,
    );
    const summary = `run ${playbook.name}${optionsInWords(options)} on ${targets.join(", ")}`;
    const order = options ? { options } : {};
    return record({ subject: requestedBy, summary, work }, () => queue(nodes, playbook, purpose, requestedBy, order));
  };
