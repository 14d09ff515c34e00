/**
 * Runs queued plans and follows their executions to the end. Control saves the execution before it sends the id to the
 * executor. The executor reads all other data from the database and decides itself whether the execution may begin.
 */
import { actorOf } from "../../audit/actor.ts";
import type { Execution, ExecutionStatus, StepResult } from "../../contract/changes/execution.ts";
import type { PlannedWork } from "../../contract/changes/plan.ts";
import type { ToExecutor } from "../../contract/executor-protocol.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import type { NodeHoldStore } from "../../store/changes/node-holds.ts";
import type { StepActStore } from "../../store/changes/step-acts.ts";
import { atomically } from "../../store/database.ts";
import type { JobStore } from "../../store/jobs/jobs.ts";
import { isRefusal, use } from "../approvals/approvals.ts";
import type { ProposalParts } from "../approvals/proposals.ts";
import { nodesOccupiedBy } from "../plans/occupied.ts";
import type { Who } from "../policy/policy.ts";
import { changesSomething, denial, standingOf, whoAsked } from "../standing.ts";
import { type ReportedEnd, withKnownActs } from "./known-acts.ts";
import { type WaitingExecution, whichBegin } from "./turns.ts";

export interface ExecutionParts extends ProposalParts {
  jobs: JobStore;
  nodeHolds: NodeHoldStore;
  stepActs: StepActStore;
  executor: { readonly connected: boolean; send(message: ToExecutor): boolean };
  /** The highest number of executions that may run at the same time. */
  limit: number;
}

export interface HeldNode {
  executionId: string;
  status: ExecutionStatus;
  interrupted?: true | undefined;
}

const ENDED: readonly ExecutionStatus[] = ["succeeded", "failed", "rolled-back", "partial", "cancelled", "timed-out", "refused"];
export const hasEnded = (status: ExecutionStatus): boolean => ENDED.includes(status);

export class Executions {
  readonly #parts: ExecutionParts;
  readonly #known = new Map<string, WaitingExecution>();

  constructor(parts: ExecutionParts) {
    this.#parts = parts;
  }

  /** Begins the queued executions that may begin now. */
  dispatch(now: Date): void {
    const { executions, nodeHolds, executor, jobs, limit } = this.#parts;
    if (!executor.connected) return;
    const atWork = executions.atWork().length;
    if (atWork >= limit) return;
    const occupied = {
      atWork,
      held: new Set(nodeHolds.all().map(({ nodeId }) => nodeId)),
      // A job that waits for its next attempt does not block the node, because that wait may take minutes.
      hasJob: (nodeId: string) => ![undefined, "waiting"].includes(jobs.liveOf(nodeId)?.status),
    };
    for (const turn of whichBegin(this.#waiting(), occupied, limit)) {
      this.#known.delete(turn.id);
      const execution = this.existing(turn.id);
      this.#begin(execution, this.#parts.plans.existing(execution.planId), turn, now);
    }
  }

  /** Returns the queued executions with their plans. A plan never changes, so control reads each plan only once. */
  #waiting(): WaitingExecution[] {
    return this.#parts.executions.queue().map(({ id, planId }) => {
      const known = this.#known.get(id);
      if (known) return known;
      const { plan } = this.#parts.plans.existing(planId);
      const waiting = { id, nodeIds: nodesOccupiedBy(plan), changes: changesSomething(plan) };
      this.#known.set(id, waiting);
      return waiting;
    });
  }

  #begin(execution: Execution, work: PlannedWork, { nodeIds, changes }: WaitingExecution, now: Date): void {
    const { db, executions, nodeHolds, journal, executor } = this.#parts;
    const begun = atomically(db, () => {
      const reason = this.#whyNot(execution, work, now);
      if (reason !== undefined) {
        this.#end({ ...execution, status: "refused", error: reason }, work, now);
        return false;
      }
      const running: Execution = { ...execution, status: "running", startedAt: now.toISOString() };
      executions.save(running);
      for (const nodeId of nodeIds) nodeHolds.add({ nodeId, executionId: execution.id, changes });
      journal.intended(running, work);
      return true;
    });
    // Control saves the execution as running before it sends the id.
    // If control stops before it sends the id, the execution ends as unknown. Therefore no execution runs twice.
    if (begun) executor.send({ type: "execute", executionId: execution.id });
  }

  /** Makes the plan and evaluates the policy again, because machines, forms or rules may have changed since the approval. */
  #whyNot({ approvalId }: Execution, work: PlannedWork, now: Date): string | undefined {
    const { plans, approvals, journal } = this.#parts;
    const proposal = plans.proposalOf(work.id);
    if (!proposal) return "its plan no longer exists";
    try {
      const { bindings, decision } = standingOf(this.#parts, proposal, whoAsked(work));
      if (decision.answer === "deny") return denial(decision);
      if (approvalId === undefined) {
        if (bindings.planHash !== work.hash) return "the fleet or a tool changed since it was requested; propose it again";
        return decision.answer === "allow" ? undefined : `the policy changed: by the rule ${decision.rule} it needs approval now`;
      }
      const approval = approvals.get(approvalId);
      if (!approval) return "its approval no longer exists";
      const used = use(approval, bindings, now);
      if (!isRefusal(used)) {
        approvals.save(used);
        return undefined;
      }
      if (approval.state === "approved") {
        const dropped = { ...approval, state: "dropped" as const };
        approvals.save(dropped);
        journal.dropped(dropped, used.refused);
      }
      return used.refused;
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      return `it can no longer be planned: ${explain(error)}`;
    }
  }

  /** Ends a queued execution. The function only sends a stop request to the executor if the execution is running. */
  cancel(id: string, who: Who, now: Date): Execution {
    const { db, journal, executor } = this.#parts;
    const execution = this.existing(id);
    const work = this.#parts.plans.existing(execution.planId);
    if (execution.status === "queued")
      return atomically(db, () =>
        this.#end({ ...execution, status: "cancelled", error: `cancelled by ${who.name} before it began` }, work, now),
      );
    if (execution.status !== "running") throw new MusterError("EXECUTION_NOT_CANCELLABLE", `this execution is ${execution.status}`);
    if (!executor.send({ type: "stop", executionId: id }))
      throw new MusterError("EXECUTOR_UNREACHABLE", "the executor is away: it cannot be asked to stop");
    journal.stopping(execution, work, actorOf(who));
    return execution;
  }

  stepped(id: string, step: StepResult): void {
    const { db, executions, journal } = this.#parts;
    const execution = executions.get(id);
    if (!execution || hasEnded(execution.status)) return;
    atomically(db, () => {
      const known = execution.steps.find((each) => each.id === step.id);
      executions.saveStep(id, step);
      if (step.status === "pending" || step.status === "running" || known?.status === step.status) return;
      const { plan } = this.#parts.plans.existing(execution.planId);
      const target = plan.targets.find(({ node }) => node === step.target);
      journal.stepped(execution, step, nameOf(plan, step), target?.nodeId);
    });
  }

  /**
   * Saves the result of an execution, even if control has marked the execution as unknown. The executor repeats its
   * report until control sends `forget-execution`.
   */
  executed(id: string, reported: ReportedEnd, now: Date): void {
    const { db, executions, executor, plans, stepActs } = this.#parts;
    const execution = executions.get(id);
    if (execution && !hasEnded(execution.status) && execution.status !== "queued")
      atomically(db, () => {
        const work = plans.existing(execution.planId);
        const { status, steps, error, interrupted } = withKnownActs(reported, work.plan, (step) => stepActs.find(id, step));
        for (const step of steps) this.stepped(id, step);
        const ended = { ...execution, status, ...(error !== undefined && { error }), ...(interrupted && { interrupted }) };
        this.#end(ended, work, now);
      });
    executor.send({ type: "forget-execution", executionId: id });
  }

  refused(id: string, reason: string, now: Date): void {
    const { executions, db } = this.#parts;
    const execution = executions.get(id);
    if (execution?.status !== "running" && execution?.status !== "unknown") return;
    atomically(db, () =>
      this.#end(
        { ...execution, status: "refused", error: `the executor refused it: ${reason}` },
        this.#parts.plans.existing(execution.planId),
        now,
      ),
    );
  }

  /**
   * Marks the running executions as unknown while the executor is disconnected. The nodes of the unknown executions
   * stay reserved.
   */
  lost(): void {
    for (const execution of this.#parts.executions.atWork()) if (execution.status === "running") this.#sight(execution, "unknown");
  }

  /**
   * Compares the executor's list of executions with the list in the database after the executor has connected. An execution
   * that the executor does not know gets the final status `unknown`.
   */
  compare(held: readonly HeldNode[], now: Date): void {
    const { db, executions, executor } = this.#parts;
    const states = new Map(held.map(({ executionId, status }) => [executionId, status]));
    const atWork = executions.atWork();
    for (const execution of atWork) {
      if (states.has(execution.id)) {
        if (execution.status === "unknown") this.#sight(execution, "running");
        continue;
      }
      const error = "the executor was lost during the execution: steps that had begun may have happened";
      atomically(db, () => {
        for (const step of execution.steps)
          if (step.status === "running" || step.status === "pending") executions.saveStep(execution.id, { ...step, status: "unknown" });
        this.#end({ ...execution, status: "unknown", error, interrupted: true }, this.#parts.plans.existing(execution.planId), now);
      });
    }
    // Stops running executions that control does not list as running.
    // The executor reports ended executions by itself, without a request from control.
    for (const [executionId, status] of states)
      if (status === "running" && !atWork.some(({ id }) => id === executionId)) executor.send({ type: "stop", executionId });
  }

  /**
   * Handles the list of executions that the executor sends regularly. If control could not save the reported result
   * earlier, control saves the result now. The executor has already reported the steps of that execution.
   */
  attend(held: readonly HeldNode[], now: Date): void {
    for (const { executionId, status, interrupted } of held) {
      const known = this.#parts.executions.get(executionId);
      if (hasEnded(status)) this.executed(executionId, { status, interrupted, steps: [] }, now);
      else if (known?.status === "unknown" && known.endedAt === undefined) this.#sight(known, "running");
    }
  }

  existing(id: string): Execution {
    const execution = this.#parts.executions.get(id);
    if (!execution) throw new MusterError("EXECUTION_NOT_FOUND", `no execution has the id ${id}`);
    return execution;
  }

  #sight(execution: Execution, status: "running" | "unknown"): void {
    const { db, executions, journal } = this.#parts;
    atomically(db, () => {
      executions.save({ ...execution, status });
      journal.lostSight(execution, status);
    });
  }

  #end(execution: Execution, work: PlannedWork, now: Date): Execution {
    const { executions, nodeHolds, journal } = this.#parts;
    this.#known.delete(execution.id);
    const ended = { ...execution, endedAt: now.toISOString() };
    executions.save(ended);
    nodeHolds.release(execution.id);
    journal.ended(ended, work);
    return ended;
  }
}

function nameOf({ steps, rollback }: PlannedWork["plan"], { id }: StepResult): string {
  const undone = rollback.find(({ step }) => step.id === id);
  const step = undone?.step ?? steps.find((each) => each.id === id);
  return `${undone ? "undoing: " : ""}${step?.tool ?? "step"}${step?.target === undefined ? "" : ` on ${step.target}`}`;
}
