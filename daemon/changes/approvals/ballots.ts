/**
 * Handles people's answers to pending approvals. The last required yes vote queues the plan. An approval that expires
 * never queues its plan.
 */
import { actorOf } from "../../audit/actor.ts";
import type { Approval } from "../../contract/changes/approval.ts";
import { explain, MusterError } from "../../errors/errors.ts";
import { atomically } from "../../store/database.ts";
import { queuedExecution } from "../executions/queue.ts";
import type { Who } from "../policy/policy.ts";
import { bindingsOf } from "../standing.ts";
import type { Voting } from "../votes/verify.ts";
import { type Ballot, castVote, expire, isRefusal, rebind, withdraw } from "./approvals.ts";
import type { ProposalParts } from "./proposals.ts";
import { asSigned, votingFor } from "./signed-ballot.ts";

export type Answer = Pick<Ballot, "answer" | "reason" | "signature">;

export interface BallotParts extends ProposalParts {
  /**
   * Reads the executor's list of voters on each call. The executor counts only the signatures of these voters. If this
   * function is absent, control checks no signatures.
   */
  voting?: () => Voting;
}

export class Ballots {
  readonly #parts: BallotParts;

  constructor(parts: BallotParts) {
    this.#parts = parts;
  }

  /**
   * Applies an answer to the approval with this id. The function records the reason and throws an error if the answer does not
   * count.
   */
  cast(id: string, answer: Answer, voter: Who, now: Date): Approval {
    const { db, journal } = this.#parts;
    const result = atomically(db, () => this.#cast(this.#parts.approvals.existing(id), answer, voter, now));
    if (!isRefusal(result)) return result;
    journal.refused(actorOf(voter), `approval ${id}`, `an answer that does not count: ${result.refused}`);
    throw new MusterError("VOTE_REFUSED", `${id}: ${result.refused}`);
  }

  withdraw(id: string, { keyId, name, role, ...who }: Who, now: Date): Approval {
    const { db, approvals, journal } = this.#parts;
    const actor = actorOf({ keyId, name, role, ...who });
    const result = atomically(db, () => {
      const withdrawn = withdraw(approvals.existing(id), { keyId, by: name, role }, now);
      if (isRefusal(withdrawn)) return withdrawn;
      approvals.save(withdrawn);
      journal.withdrawn(withdrawn, actor);
      return withdrawn;
    });
    if (!isRefusal(result)) return result;
    journal.refused(actor, `approval ${id}`, `not withdrawn: ${result.refused}`);
    throw new MusterError("APPROVAL_NOT_WITHDRAWN", `${id}: ${result.refused}`);
  }

  /** Expires approvals whose deadline has passed. */
  sweep(now: Date): void {
    const { db, approvals, executions, plans, journal } = this.#parts;
    for (const approval of approvals.live()) {
      const expired = expire(approval, now);
      if (expired.state === approval.state) continue;
      atomically(db, () => {
        approvals.save(expired);
        journal.expired(expired);
        const execution = executions.ofPlan(approval.planId);
        const work = plans.get(approval.planId);
        if (execution?.status !== "queued" || !work) return;
        const refused = {
          ...execution,
          status: "refused" as const,
          error: "its approval expired before its turn came",
          endedAt: now.toISOString(),
        };
        executions.save(refused);
        journal.ended(refused, work);
      });
    }
  }

  #cast(approval: Approval, answer: Answer, voter: Who, now: Date) {
    const { approvals, executions, journal, plans } = this.#parts;
    const current = this.#current(approval);
    if (current.state !== approval.state) return { refused: "its effect changed meanwhile; request it again" };
    const ballot = { ...answer, keyId: voter.keyId, by: voter.name, role: voter.role, onBehalfOf: voter.onBehalfOf };
    const voting = votingFor(answer, this.#parts.voting);
    const signed = voting === undefined ? { approval, ballot } : asSigned(approval, ballot, voting, now);
    if ("refused" in signed) return signed;
    const voted = castVote(signed.approval, signed.ballot, now);
    if (isRefusal(voted)) return voted;
    approvals.save(voted);
    const vote = voted.votes.at(-1);
    if (vote) journal.voted(voted, vote, actorOf(voter));
    const work = plans.get(voted.planId);
    if (voted.state === "approved" && work) {
      const execution = queuedExecution(work, voted, now);
      executions.add(execution);
      journal.queued(execution, work);
    }
    return voted;
  }

  /**
   * Makes the plan of the pending proposal again. Drops the approval if the plan has changed, so that no vote counts
   * for an outdated plan.
   */
  #current(approval: Approval): Approval {
    const { approvals, journal } = this.#parts;
    if (approval.state !== "pending") return approval;
    const { now, why } = this.#planNow(approval);
    const rebound: Approval = now === undefined ? { ...approval, state: "dropped" } : rebind(approval, now);
    if (rebound.state !== approval.state) {
      approvals.save(rebound);
      journal.dropped(rebound, why);
    }
    return rebound;
  }

  #planNow({ planId }: Approval) {
    const { plan, policy, plans } = this.#parts;
    const proposal = plans.proposalOf(planId);
    if (!proposal) return { now: undefined, why: "its plan no longer exists" };
    try {
      return { now: bindingsOf(plan(proposal), policy.version), why: "the fleet, a tool or the policy changed since it was requested" };
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      return { now: undefined, why: `it can no longer be planned: ${explain(error)}` };
    }
  }
}
