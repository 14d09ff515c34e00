/** Stores approvals. A database trigger ensures that a denied, expired, used or withdrawn approval never changes again. */
import { Approval, type ApprovalState } from "../../contract/changes/approval.ts";
import { MusterError } from "../../errors/errors.ts";
import type { Db } from "../database.ts";

export class ApprovalStore {
  readonly #insert;
  readonly #update;
  readonly #byId;
  readonly #ofPlan;
  readonly #all;
  readonly #withState;
  readonly #live;
  readonly #pendingOf;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string, string]>(
      "INSERT INTO approvals (id, plan_id, approval, created_at) VALUES (?, ?, ?, ?)",
    );
    this.#update = db.prepare<[string, string]>("UPDATE approvals SET approval = ? WHERE id = ?");
    this.#byId = db.prepare<[string], Row>("SELECT approval FROM approvals WHERE id = ?");
    this.#ofPlan = db.prepare<[string], Row>("SELECT approval FROM approvals WHERE plan_id = ?");
    this.#all = db.prepare<[number], Row>("SELECT approval FROM approvals ORDER BY created_at DESC, id LIMIT ?");
    this.#withState = db.prepare<[string, number], Row>(
      "SELECT approval FROM approvals WHERE state = ? ORDER BY created_at DESC, id LIMIT ?",
    );
    this.#live = db.prepare<[], Row>("SELECT approval FROM approvals WHERE state IN ('pending', 'approved') ORDER BY created_at, id");
    this.#pendingOf = db.prepare<[string], { count: number }>(
      "SELECT count(*) AS count FROM approvals WHERE state = 'pending' AND approval ->> 'requesterKeyId' = ?",
    );
  }

  add(approval: Approval): void {
    this.#insert.run(approval.id, approval.planId, JSON.stringify(approval), approval.createdAt);
  }

  save(approval: Approval): void {
    this.#update.run(JSON.stringify(approval), approval.id);
  }

  get(id: string): Approval | undefined {
    return one(this.#byId.get(id));
  }

  existing(id: string): Approval {
    const approval = this.get(id);
    if (!approval) throw new MusterError("APPROVAL_NOT_FOUND", `no approval has the id ${id}`);
    return approval;
  }

  ofPlan(planId: string): Approval | undefined {
    return one(this.#ofPlan.get(planId));
  }

  /** Returns the newest approvals first. */
  list(limit: number, state?: ApprovalState): Approval[] {
    return (state === undefined ? this.#all.all(limit) : this.#withState.all(state, limit)).map(fromRow);
  }

  /** Returns the number of pending approvals that this key requested. */
  pendingOf(requesterKeyId: string): number {
    return this.#pendingOf.get(requesterKeyId)?.count ?? 0;
  }

  /** Returns approvals that are pending, or approved but not yet used. The oldest approval is first. */
  live(): Approval[] {
    return this.#live.all().map(fromRow);
  }
}

interface Row {
  approval: string;
}

const one = (row: Row | undefined) => (row ? fromRow(row) : undefined);

const fromRow = ({ approval }: Row): Approval => Approval.parse(JSON.parse(approval));
