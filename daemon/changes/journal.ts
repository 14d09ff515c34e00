/** Records each step of a change in the audit and publishes it as an event. */

import type { AuditEntry } from "../contract/audit/audit.ts";
import type { Approval, Vote } from "../contract/changes/approval.ts";
import type { Execution, StepResult } from "../contract/changes/execution.ts";
import type { ActOutcome } from "../contract/changes/execution-messages.ts";
import type { PlannedWork, PlanStep } from "../contract/changes/plan.ts";
import type { NewEvent } from "../contract/event.ts";
import type { Node } from "../contract/machines/node.ts";
import type { EventStore } from "../store/events.ts";

export type Actor = AuditEntry["actor"];

/** A step that control has begun to perform. */
export interface BegunAct {
  executionId: string;
  work: PlannedWork;
  step: PlanStep;
  /** Absent if the tool takes no node. */
  node?: Pick<Node, "name">;
}

export interface AuditSink {
  append(entry: AuditEntry): unknown;
}

/** The actors for events without a requester, such as an expired deadline or a change of the fleet. */
const EXECUTOR: Actor = { keyId: "system", name: "executor", role: "system" };
const MUSTER: Actor = { keyId: "system", name: "system", role: "system" };

export const requesterOf = ({ requesterKeyId, requestedBy, requesterRole, onBehalfOf }: PlannedWork): Actor => ({
  keyId: requesterKeyId,
  name: requestedBy,
  role: requesterRole,
  ...(onBehalfOf !== undefined && { onBehalfOf }),
});

export class Journal {
  readonly #audit: AuditSink;
  readonly #events: EventStore;

  constructor(audit: AuditSink, events: EventStore) {
    this.#audit = audit;
    this.#events = events;
  }

  /** Records the proposal and the decision of the policy. */
  decided(work: PlannedWork, dryRun: boolean): void {
    const { decision } = work;
    const about = { ...aboutPlan(work), actor: requesterOf(work) };
    const summary = `${dryRun ? "dry run: " : ""}${work.plan.summary}`;
    this.#audit.append({ ...about, action: "proposal", summary, ...(work.reason !== "" && { reason: work.reason }) });
    this.#audit.append({
      ...about,
      action: decision.answer === "deny" ? "refusal" : "decision",
      summary: decision.reasons.join("; ") || summary,
      rule: decision.rule,
      policyVersion: decision.policyVersion,
      result: decision.answer,
      costUsd: costOf(work),
    });
    if (decision.answer === "deny" && !dryRun)
      this.#publish("plan.denied", `${work.plan.summary}: denied by the rule ${decision.rule}`, { planId: work.id });
  }

  /** Records a refused request, such as an impossible plan, an invalid vote, or a plan with a wrong hash. */
  refused(actor: Actor, subject: string, why: string, planHash?: string): void {
    this.#audit.append({ action: "refusal", actor, subject, summary: why, result: "refused", ...(planHash !== undefined && { planHash }) });
  }

  asked(approval: Approval, work: PlannedWork): void {
    this.#publish("approval.requested", `${work.plan.summary}: waits for approval; requested by ${work.requestedBy}`, idsOf(approval));
  }

  voted(approval: Approval, vote: Vote, actor: Actor): void {
    const what = vote.answer === "approve" ? "yes" : "no";
    this.#audit.append({
      action: "vote",
      actor,
      subject: `approval ${approval.id}`,
      summary: `said ${what}; it is ${approval.state}`,
      planHash: approval.planHash,
      policyVersion: approval.policyVersion,
      result: vote.answer,
      ...(vote.reason !== "" && { reason: vote.reason }),
    });
    this.#publish("approval.answered", `${vote.by} said ${what}; it is ${approval.state}`, idsOf(approval));
  }

  expired(approval: Approval): void {
    const summary = approval.executeBy === undefined ? "it was not decided in time" : "it was approved but not begun in time";
    this.#audit.append({ ...aboutApproval(approval), action: "approval-expired", summary, result: "expired" });
    this.#publish("approval.expired", summary, idsOf(approval));
  }

  withdrawn(approval: Approval, actor: Actor): void {
    const summary = "withdrawn by the requester";
    this.#audit.append({ ...aboutApproval(approval), actor, action: "change", summary, result: "withdrawn" });
    this.#publish("approval.withdrawn", summary, idsOf(approval));
  }

  dropped(approval: Approval, why: string): void {
    this.#audit.append({ ...aboutApproval(approval), action: "refusal", summary: `approval dropped: ${why}`, result: "dropped" });
    this.#publish("approval.dropped", `approval dropped: ${why}`, idsOf(approval));
  }

  queued(execution: Execution, work: PlannedWork): void {
    this.#publish("execution.queued", `${work.plan.summary}: queued`, { executionId: execution.id, planId: work.id });
  }

  /** Records the intent before the first step runs. */
  intended(execution: Execution, work: PlannedWork): void {
    this.#audit.append({
      ...aboutPlan(work),
      action: "intent",
      actor: requesterOf(work),
      subject: `execution ${execution.id}`,
      summary: work.plan.summary,
      executionId: execution.id,
      operation: operationOf(work),
      costUsd: costOf(work),
      ...(work.reason !== "" && { reason: work.reason }),
    });
    this.#publish("execution.running", `${work.plan.summary}: began`, { executionId: execution.id, planId: work.id });
  }

  /** Records the result of an execution. If an execution never began, the audit contains no intent for it. */
  ended(execution: Execution, work: PlannedWork): void {
    const { id, status, error } = execution;
    const summary = `${work.plan.summary}: ${status}${error === undefined ? "" : `: ${error}`}`;
    const begun = execution.startedAt !== undefined;
    this.#audit.append({
      ...aboutPlan(work),
      action: begun || status !== "refused" ? "outcome" : "refusal",
      actor: requesterOf(work),
      subject: `execution ${id}`,
      summary,
      result: status,
      executionId: id,
      ...(begun && { operation: operationOf(work) }),
      costUsd: begun ? costOf(work) : 0,
    });
    this.#publish(`execution.${status}`, summary, { executionId: id, planId: work.id });
  }

  /**
   * Publishes an event when the executor of a running execution disconnects or reconnects. Until the execution ends,
   * its intent has no outcome in the audit.
   */
  lostSight(execution: Execution, now: "running" | "unknown"): void {
    const summary = now === "unknown" ? "the executor is away: its progress is unknown" : "found again: it is still running";
    this.#publish(`execution.${now}`, summary, { executionId: execution.id, planId: execution.planId });
  }

  stepped(execution: Execution, step: StepResult, what: string, nodeId: string | undefined): void {
    const why = step.error === undefined ? "" : `: ${step.error}`;
    this.#publish("execution.step", `${what}: ${step.status}${why}`, { executionId: execution.id, stepId: step.id }, nodeId);
  }

  /** Records the intent before control performs one of Muster's own actions (acts) for a step. */
  acting({ executionId, work, step, node }: BegunAct): void {
    this.#audit.append({ ...aboutAct(executionId, work, step, node?.name), action: "intent" });
  }

  acted({ executionId, work, step, node }: BegunAct, { ended }: ActOutcome): void {
    const result = { well: "done", badly: "failed", unknown: "unknown" }[ended];
    this.#audit.append({ ...aboutAct(executionId, work, step, node?.name), action: "outcome", result });
  }

  actRefused(executionId: string, stepId: string, why: string): void {
    this.refused(EXECUTOR, `execution ${executionId}`, `step ${stepId}: ${why}`);
  }

  stopping(execution: Execution, work: PlannedWork, actor: Actor): void {
    this.#audit.append({
      ...aboutPlan(work),
      action: "change",
      actor,
      subject: `execution ${execution.id}`,
      summary: `stop requested: ${work.plan.summary}`,
      executionId: execution.id,
    });
  }

  #publish(type: string, summary: string, detail: NonNullable<NewEvent["detail"]>, nodeId?: string): void {
    this.#events.append({ source: "control", type, summary, detail, ...(nodeId !== undefined && { nodeId }) });
  }
}

const aboutPlan = ({ id, hash, decision }: PlannedWork) => ({
  subject: `plan ${id}`,
  planHash: hash,
  rule: decision.rule,
  policyVersion: decision.policyVersion,
});

const aboutAct = (executionId: string, work: PlannedWork, { id, tool, parameters }: PlanStep, node: string | undefined) => {
  const values = Object.entries(parameters).map(([name, value]) => `${name} ${value}`);
  const what = values.length === 0 ? tool : `${tool} (${values.join("; ")})`;
  return {
    ...aboutPlan(work),
    actor: requesterOf(work),
    ...(node !== undefined && { subject: `node ${node}` }),
    summary: `${what}, as step ${id} of an execution`,
    executionId,
  };
};

const aboutApproval = ({ id, planHash, policyVersion }: Approval) => ({
  actor: MUSTER,
  subject: `approval ${id}`,
  planHash,
  policyVersion,
});

const idsOf = ({ id, planId, state }: Approval) => ({ approvalId: id, planId, state });

const operationOf = ({ plan: { goal } }: PlannedWork): string => (goal.kind === "tool" ? goal.tool : goal.runbook);

/** The expected cost in US dollars, rounded to six decimals for the ledger. */
const costOf = ({ plan }: PlannedWork): number => Math.round(plan.steps.reduce((sum, { costUsd }) => sum + costUsd, 0) * 1e6) / 1e6;
