/** Turns a proposal into a plan. After the decision, the plan is refused, waits for approval, or is queued. */
import { randomUUID } from "node:crypto";
import { actorOf } from "../../audit/actor.ts";
import type { Digest, KeptProposal, PlannedWork } from "../../contract/changes/plan.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import type { ApprovalStore } from "../../store/changes/approvals.ts";
import type { ExecutionStore } from "../../store/changes/executions.ts";
import type { PlanStore } from "../../store/changes/plans.ts";
import { atomically, type Db } from "../../store/database.ts";
import { queuedExecution } from "../executions/queue.ts";
import type { Journal } from "../journal.ts";
import type { Who } from "../policy/policy.ts";
import { denial, type Standing, type StandingParts, standingOf } from "../standing.ts";
import { digestOf } from "../tools/canonical.ts";
import { type Bindings, type Clocks, expire, openApproval, rebind } from "./approvals.ts";

export interface ProposalParts extends StandingParts {
  db: Db;
  plans: PlanStore;
  approvals: ApprovalStore;
  executions: ExecutionStore;
  journal: Journal;
  clocks: Clocks;
}

export interface Terms {
  dryRun?: boolean | undefined;
  /** Identifies a request. If two requests within a day have the same key, the second counts as a repetition. */
  key?: Digest | undefined;
  /** The expected plan hash. The proposal fails if its plan has a different hash. */
  mustBe?: Digest | undefined;
  /**
   * `queue`: the executor runs the plan later. `hand`: the requester performs the action now. `clock`: a schedule
   * starts the work, so control cannot ask a person.
   */
  way?: "queue" | "hand" | "clock";
  /** The name of the request field that lists the nodes, for error messages. */
  field?: string | undefined;
}

/** Lifetime of an idempotency key, in seconds. */
const KEY_SECONDS = 24 * 60 * 60;
/** The highest number of pending approvals for one key. People stop reading requests if too many are pending. */
export const MOST_PENDING = 20;

export class Proposals {
  readonly #parts: ProposalParts;

  constructor(parts: ProposalParts) {
    this.#parts = parts;
  }

  /**
   * Makes a plan for the proposal, applies the policy, and stores the plan. A dry run stores only an audit record, so
   * its plan can never be executed.
   */
  take(proposal: KeptProposal, who: Who, { dryRun = false, key, mustBe, way = "queue", field }: Terms, now: Date): PlannedWork {
    const standing = this.#standing(proposal, who, { mustBe, field });
    const work = plannedWork(standing, proposal, who, now);
    if (dryRun) {
      this.#parts.journal.decided(work, true);
      return work;
    }
    const taken = this.#noted(who, work, () =>
      atomically(this.#parts.db, () => this.#keep(work, proposal, standing.bindings, { key, way }, now)),
    );
    if (taken.decision.answer === "deny") throw new MusterError("PLAN_DENIED", `${denial(taken.decision)} (plan ${taken.id})`);
    return taken;
  }

  #standing(proposal: KeptProposal, who: Who, { mustBe, field }: Pick<Terms, "mustBe" | "field">): Standing {
    return this.#noted(who, undefined, () => {
      const standing = standingOf(this.#parts, proposal, who, field);
      if (mustBe !== undefined && standing.bindings.planHash !== mustBe)
        throw new MusterError("PLAN_ALTERED", "plan: its goal and targets give another plan here now");
      return standing;
    });
  }

  /**
   * Runs `act`, and records the refusal if `act` throws an error. The record is saved outside the transaction, because
   * a refusal rolls the transaction back.
   */
  #noted<T>(who: Who, work: PlannedWork | undefined, act: () => T): T {
    try {
      return act();
    } catch (error) {
      this.#parts.journal.refused(actorOf(who), "proposal", explain(error), work?.hash);
      throw error;
    }
  }

  #keep(work: PlannedWork, proposal: KeptProposal, bindings: Bindings, { key, way }: Terms, now: Date): PlannedWork {
    const { plans, approvals, executions, journal } = this.#parts;
    const earlier = key === undefined ? undefined : plans.kept(key, since(now));
    if (earlier && earlier.hash !== work.hash)
      throw new MusterError("IDEMPOTENCY_KEY_USED", `this key named another plan at ${earlier.createdAt}`);
    if (earlier) return earlier;
    const { goal, targets, resume } = proposal;
    const proposalHash = digestOf({ goal, targets, ...(resume && { resume: resume.executionId }) });
    this.#dropChanged(proposalHash, bindings, work.requesterKeyId);
    const twin = this.#twin(work, now);
    if (key !== undefined && twin) plans.keep(key, twin.id, now.toISOString());
    if (twin) return twin;

    const { decision } = work;
    const asks = decision.answer === "needs-approval" && way !== "clock";
    if (asks) this.#requireRoom(work.requesterKeyId);
    plans.add(work, proposal, proposalHash);
    if (key !== undefined) plans.keep(key, work.id, now.toISOString());
    journal.decided(work, false);
    if (asks) {
      const approval = openApproval(work, bindings, this.#parts.clocks, now);
      approvals.add(approval);
      journal.asked(approval, work);
    }
    if (decision.answer === "allow" && way === "queue") {
      const execution = queuedExecution(work, undefined, now);
      executions.add(execution);
      journal.queued(execution, work);
    }
    return work;
  }

  /**
   * Returns the open plan that has the same hash and was proposed with the same API key. A repeated proposal returns
   * the existing plan and keeps its votes.
   */
  #twin({ hash, requesterKeyId, decision }: PlannedWork, now: Date): PlannedWork | undefined {
    const twin = this.#parts.plans.live(hash, requesterKeyId);
    if (!twin || decision.answer !== twin.decision.answer || decision.policyVersion !== twin.decision.policyVersion) return undefined;
    const approval = this.#parts.approvals.ofPlan(twin.id);
    return approval && expire(approval, now).state === "expired" ? undefined : twin;
  }

  /**
   * Drops earlier approvals of the same proposal if their plan has changed. The votes of the dropped approvals were for
   * the old plan.
   */
  #dropChanged(proposalHash: Digest, bindings: Bindings, requesterKeyId: string): void {
    const { plans, approvals, journal } = this.#parts;
    for (const { id } of plans.liveOfProposal(proposalHash, requesterKeyId)) {
      const approval = approvals.ofPlan(id);
      if (!approval) continue;
      const rebound = rebind(approval, bindings);
      if (rebound.state === approval.state) continue;
      approvals.save(rebound);
      journal.dropped(rebound, "it was requested again, and its effect has changed");
    }
  }

  #requireRoom(requesterKeyId: string): void {
    const pending = this.#parts.approvals.pendingOf(requesterKeyId);
    if (pending >= MOST_PENDING) throw new MusterError("APPROVALS_PENDING", `${pending} plans of this key wait for approval already`);
  }
}

function plannedWork({ plan, coverage, decision, bindings }: Standing, { reason }: KeptProposal, who: Who, now: Date): PlannedWork {
  return {
    id: randomUUID(),
    plan,
    hash: bindings.planHash,
    previewHash: bindings.previewHash,
    coverage,
    decision,
    reason,
    requestedBy: who.name,
    requesterKeyId: who.keyId,
    requesterRole: who.role,
    ...(who.onBehalfOf !== undefined && { onBehalfOf: who.onBehalfOf }),
    ...(who.byHand && { byHand: who.byHand }),
    createdAt: now.toISOString(),
  };
}

const since = (now: Date): string => new Date(now.getTime() - KEY_SECONDS * 1000).toISOString();
