/** Accepts proposals, answers to approvals, and the executor's reports. Checks deadlines every second. */
import { actorOf } from "../audit/actor.ts";
import type { Approval } from "../contract/changes/approval.ts";
import type { PlanExecution, Proposed } from "../contract/changes/change-routes.ts";
import type { Execution } from "../contract/changes/execution.ts";
import type { PlannedWork, Proposal } from "../contract/changes/plan.ts";
import type { FromExecutor } from "../contract/executor-protocol.ts";
import { MusterError } from "../errors/errors.ts";
import { PeriodicTask } from "../errors/periodic-task.ts";
import type { Log } from "../log/log.ts";
import type { EventStore } from "../store/events.ts";
import { type Answer, type BallotParts, Ballots } from "./approvals/ballots.ts";
import { Proposals } from "./approvals/proposals.ts";
import { wantsSignatures } from "./approvals/signed-ballot.ts";
import { oneAdminIsEnough } from "./approvals/vote-count.ts";
import { WaitsForApproval } from "./approvals/waiting.ts";
import { type ExecutionParts, Executions } from "./executions/executions.ts";
import { type ResumeWish, type ResumptionParts, Resumptions } from "./executions/resumptions.ts";
import { type StepActParts, StepActs } from "./executions/step-acts.ts";
import { type AuditSink, Journal } from "./journal.ts";
import type { Who } from "./policy/policy.ts";
import { digestOf } from "./tools/canonical.ts";

export interface ChangesParts
  extends Omit<ExecutionParts, "journal">,
    Omit<StepActParts, "journal" | "executor">,
    Pick<ResumptionParts, "isRepeatable">,
    Pick<BallotParts, "voting"> {
  audit: AuditSink;
  events: EventStore;
  log: Log;
  now?: () => Date;
}

export interface Wish {
  dryRun?: boolean;
  /** The caller chooses this key, so that the caller can safely repeat a request. */
  idempotencyKey?: string | undefined;
}

/** Types of executor messages that concern executions. */
export const heardByChanges = ["hello", "alive", "step", "act", "executed", "execution-refused"] as const satisfies FromExecutor["type"][];
type Heard = Extract<FromExecutor, { type: (typeof heardByChanges)[number] }>;

const LOOK_MS = 1000;

export class Changes {
  readonly #parts: ChangesParts;
  readonly #now: () => Date;
  readonly #journal: Journal;
  readonly #proposals: Proposals;
  readonly #ballots: Ballots;
  readonly #executions: Executions;
  readonly #acts: StepActs;
  readonly #resumptions: Resumptions;
  readonly #rounds: PeriodicTask;

  constructor(parts: ChangesParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => new Date());
    this.#journal = new Journal(parts.audit, parts.events);
    const road = { ...parts, journal: this.#journal };
    this.#proposals = new Proposals(road);
    this.#ballots = new Ballots(road);
    this.#executions = new Executions(road);
    this.#acts = new StepActs(road);
    this.#resumptions = new Resumptions(parts);
    this.#rounds = new PeriodicTask({
      everyMs: LOOK_MS,
      run: () => this.#look(),
      log: parts.log,
      failure: "pending approvals and executions could not be checked; retrying until it works",
    });
  }

  start(): this {
    this.#rounds.start();
    return this;
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  propose(proposal: Proposal, who: Who, { dryRun = false, idempotencyKey }: Wish = {}): Proposed {
    const key = idempotencyKey === undefined ? undefined : digestOf({ idempotencyKey, keyId: who.keyId });
    const work = this.#proposals.take(proposal, who, { dryRun, key }, this.#now());
    if (dryRun) return { work, dryRun };
    this.dispatch();
    return this.#outcomeOf(work);
  }

  /** Accepts a finished plan from the caller. Control makes the plan again and refuses the request if the hashes differ. */
  execute(request: PlanExecution, who: Who, idempotencyKey: string | undefined): Proposed {
    const { plan, hash, targets = plan.targets.map(({ node }) => node) } = request.plan;
    const { tenant_id: tenant, actor_id: actor } = request;
    if (digestOf(plan) !== hash) {
      this.#journal.refused(actorOf(who), "proposal", "the hash of the submitted plan does not match its content", hash);
      throw new MusterError("PLAN_ALTERED", "plan.hash: is not the hash of this plan");
    }
    const { goal, readOnly, tainted } = plan;
    const proposal: Proposal = { goal, targets, reason: `for ${actor} of ${tenant}`, readOnly, tainted };
    // The digest includes the API key, because an equal request by another key has another requester and other voters.
    const key = digestOf({ ...(idempotencyKey === undefined ? { plan, tenant, actor } : { idempotencyKey }), keyId: who.keyId });
    const work = this.#proposals.take(proposal, who, { key, mustBe: hash }, this.#now());
    this.dispatch();
    return this.#outcomeOf(work);
  }

  /**
   * Evaluates the policy for a manual action that the caller performs now. Throws if the policy denies the action or
   * requires approval. Errors use `field` as the name of the request field that lists the nodes.
   */
  byHand(proposal: Proposal, who: Who, field: string): PlannedWork {
    const work = this.#proposals.take(proposal, who, { way: "hand", field }, this.#now());
    const approval = work.decision.answer === "allow" ? undefined : this.#parts.approvals.ofPlan(work.id);
    if (approval) throw new WaitsForApproval(work, approval);
    return work;
  }

  /**
   * Evaluates the policy for a due schedule, with its creator as the requester. The admin's approval of the schedule
   * counts as one vote, and control asks no other person.
   */
  byClock(proposal: Proposal, owner: Who, approvedBy: string | undefined): PlannedWork {
    const work = this.#proposals.take(proposal, owner, { way: "clock" }, this.#now());
    const { answer, quorum, rule } = work.decision;
    if (answer === "allow" || (approvedBy !== undefined && oneAdminIsEnough(quorum, approvedBy, this.#now()))) return work;
    const wanted = quorum.map(({ role, count }) => `${count} ${role}`).join(" and ");
    const why = `the rule ${rule} requires the yes of ${wanted}; a schedule has at most that of the admin who approved it`;
    this.#journal.refused(actorOf(owner), `plan ${work.id}`, why, work.hash);
    throw new MusterError("PLAN_DENIED", `${why} (plan ${work.id})`);
  }

  vote(approvalId: string, answer: Answer, voter: Who): Approval {
    const approval = this.#ballots.cast(approvalId, answer, voter, this.#now());
    this.dispatch();
    return this.#parts.approvals.get(approval.id) ?? approval;
  }

  withdraw(approvalId: string, who: Who): Approval {
    return this.#ballots.withdraw(approvalId, who, this.#now());
  }

  cancel(executionId: string, who: Who): Execution {
    return this.#executions.cancel(executionId, who, this.#now());
  }

  /** Proposes the remaining steps of an interrupted execution as a new plan. */
  resume(executionId: string, wish: ResumeWish, who: Who): Proposed {
    const proposal = this.#resumptions.proposalFor(this.#executions.existing(executionId), wish);
    const work = this.#proposals.take(proposal, who, {}, this.#now());
    this.dispatch();
    return this.#outcomeOf(work);
  }

  plan(id: string): Proposed {
    return this.#outcomeOf(this.#parts.plans.existing(id));
  }

  approval(id: string): { approval: Approval; work: PlannedWork; signedVotes: boolean } {
    const approval = this.#parts.approvals.existing(id);
    return { approval, work: this.#parts.plans.existing(approval.planId), signedVotes: wantsSignatures(this.#parts.voting) };
  }

  execution(id: string): Execution {
    const execution = this.#executions.existing(id);
    const interruption = this.#resumptions.interruptionOf(execution);
    return { ...execution, ...(interruption && { interruption }) };
  }

  receive(message: Heard): void {
    const now = this.#now();
    switch (message.type) {
      case "hello":
        this.#executions.compare(message.executions ?? [], now);
        break;
      case "alive":
        this.#executions.attend(message.executions ?? [], now);
        break;
      case "step":
        this.#executions.stepped(message.executionId, message.step);
        return;
      case "act":
        void this.#acts.take(message, now);
        return;
      case "executed":
        this.#executions.executed(message.executionId, message, now);
        break;
      case "execution-refused":
        this.#executions.refused(message.executionId, message.reason, now);
        break;
    }
    this.dispatch();
  }

  /** Handles the loss of the executor's connection. */
  lost(): void {
    this.#executions.lost();
  }

  sweep(): void {
    this.#ballots.sweep(this.#now());
  }

  dispatch(): void {
    this.#executions.dispatch(this.#now());
  }

  #look(): void {
    this.sweep();
    this.dispatch();
  }

  #outcomeOf(work: PlannedWork): Proposed {
    const approval = this.#parts.approvals.ofPlan(work.id);
    const execution = this.#parts.executions.ofPlan(work.id);
    return { work, dryRun: false, ...(approval && { approval }), ...(execution && { execution }) };
  }
}
