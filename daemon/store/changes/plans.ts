/** Stores plans with their proposals and decisions. A database trigger ensures that a saved plan never changes. */
import { type Digest, KeptProposal, PlannedWork } from "../../contract/changes/plan.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Db } from "../database.ts";

/**
 * The SQL condition for an open plan. A plan is open while its approval is undecided or unused, or while its execution is
 * queued or running.
 */
const IS_LIVE = `(EXISTS (SELECT 1 FROM approvals WHERE plan_id = plans.id AND state IN ('pending', 'approved'))
  OR EXISTS (SELECT 1 FROM executions WHERE plan_id = plans.id AND status IN ('queued', 'running')))`;

export class PlanStore {
  readonly #insert;
  readonly #byId;
  readonly #proposal;
  readonly #live;
  readonly #liveOfProposal;
  readonly #resuming;
  readonly #keep;
  readonly #kept;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string, string, string, string, string]>(
      "INSERT INTO plans (id, hash, requester_key_id, proposal, proposal_hash, work, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#byId = db.prepare<[string], { work: string }>("SELECT work FROM plans WHERE id = ?");
    this.#proposal = db.prepare<[string], { proposal: string }>("SELECT proposal FROM plans WHERE id = ?");
    this.#live = db.prepare<[string, string], { work: string }>(
      `SELECT work FROM plans WHERE hash = ? AND requester_key_id = ? AND ${IS_LIVE} ORDER BY created_at DESC LIMIT 1`,
    );
    this.#liveOfProposal = db.prepare<[string, string], { work: string }>(
      `SELECT work FROM plans WHERE proposal_hash = ? AND requester_key_id = ? AND ${IS_LIVE}`,
    );
    this.#resuming = db.prepare<[string], { work: string }>(
      "SELECT work FROM plans WHERE json_extract(proposal, '$.resume.executionId') = ? ORDER BY created_at DESC",
    );
    this.#keep = db.prepare<[string, string, string]>(
      `INSERT INTO plan_keys (key, plan_id, created_at) VALUES (?, ?, ?)
       ON CONFLICT (key) DO UPDATE SET plan_id = excluded.plan_id, created_at = excluded.created_at`,
    );
    this.#kept = db.prepare<[string, string], { work: string }>(
      "SELECT work FROM plan_keys JOIN plans ON plans.id = plan_id WHERE key = ? AND plan_keys.created_at > ?",
    );
  }

  add(work: PlannedWork, proposal: KeptProposal, proposalHash: Digest): void {
    const { id, hash, requesterKeyId, createdAt } = work;
    this.#insert.run(id, hash, requesterKeyId, JSON.stringify(proposal), proposalHash, JSON.stringify(work), createdAt);
  }

  get(id: string): PlannedWork | undefined {
    return one(this.#byId.get(id));
  }

  existing(id: string): PlannedWork {
    const work = this.get(id);
    if (!work) throw new MusterError("PLAN_NOT_FOUND", `no plan has the id ${id}`);
    return work;
  }

  /** Returns the proposal of a plan, so that the plan can be created again. */
  proposalOf(id: string): KeptProposal | undefined {
    const row = this.#proposal.get(id);
    return row && KeptProposal.parse(JSON.parse(row.proposal));
  }

  /** Returns the open plan with this hash and this requester. */
  live(hash: Digest, requesterKeyId: string): PlannedWork | undefined {
    return one(this.#live.get(hash, requesterKeyId));
  }

  /** Returns the open plans that this requester made from this proposal. The plans may differ from the new plan. */
  liveOfProposal(proposalHash: Digest, requesterKeyId: string): PlannedWork[] {
    return this.#liveOfProposal.all(proposalHash, requesterKeyId).map(fromRow);
  }

  /** Returns the plans that resume this execution, with the newest first. */
  resuming(executionId: string): PlannedWork[] {
    return this.#resuming.all(executionId).map(fromRow);
  }

  /** Links this idempotency key to this plan. A later link of the same key replaces the earlier link. */
  keep(key: Digest, planId: string, at: string): void {
    this.#keep.run(key, planId, at);
  }

  kept(key: Digest, since: string): PlannedWork | undefined {
    return one(this.#kept.get(key, since));
  }
}

const one = (row: { work: string } | undefined) => (row ? fromRow(row) : undefined);

const fromRow = ({ work }: { work: string }): PlannedWork => PlannedWork.parse(JSON.parse(work));
