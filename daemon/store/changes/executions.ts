/**
 * Stores the executions of approved plans and the result of each step. Unique indexes ensure that each plan runs at
 * most once and that each approval is used at most once.
 */
import { Execution, type StepResult } from "../../contract/changes/execution.ts";
import { atomically, type Db } from "../database.ts";

type Text = string | null;

export class ExecutionStore {
  readonly #db: Db;
  readonly #insert;
  readonly #update;
  readonly #byId;
  readonly #ofPlan;
  readonly #recent;
  readonly #queue;
  readonly #atWork;
  readonly #saveStep;
  readonly #steps;
  readonly #counts;

  constructor(db: Db) {
    this.#db = db;
    this.#insert = db.prepare<[string, string, string, Text, string, string, string]>(
      "INSERT INTO executions (id, plan_id, plan_hash, approval_id, status, requested_by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = db.prepare<[string, Text, Text, Text, number, string]>(
      "UPDATE executions SET status = ?, started_at = ?, ended_at = ?, error = ?, interrupted = ? WHERE id = ?",
    );
    this.#byId = db.prepare<[string], Row>("SELECT * FROM executions WHERE id = ?");
    this.#ofPlan = db.prepare<[string], Row>("SELECT * FROM executions WHERE plan_id = ?");
    this.#recent = db.prepare<[number], Row>("SELECT * FROM executions ORDER BY created_at DESC, id LIMIT ?");
    this.#queue = db.prepare<[], { id: string; plan_id: string }>(
      "SELECT id, plan_id FROM executions WHERE status = 'queued' ORDER BY created_at, rowid",
    );
    this.#atWork = db.prepare<[], Row>(
      "SELECT * FROM executions WHERE status = 'running' OR (status = 'unknown' AND ended_at IS NULL) ORDER BY created_at, rowid",
    );
    this.#saveStep = db.prepare<[string, string, string]>(
      `INSERT INTO execution_steps (execution_id, step_id, result) VALUES (?, ?, ?)
       ON CONFLICT (execution_id, step_id) DO UPDATE SET result = excluded.result`,
    );
    this.#steps = db.prepare<[string], { result: string }>("SELECT result FROM execution_steps WHERE execution_id = ? ORDER BY rowid");
    this.#counts = db.prepare<[], { status: string; count: number }>("SELECT status, count(*) AS count FROM executions GROUP BY status");
  }

  add(execution: Execution): void {
    const { id, planId, planHash, approvalId = null, status, requestedBy, createdAt } = execution;
    atomically(this.#db, () => {
      this.#insert.run(id, planId, planHash, approvalId, status, requestedBy, createdAt);
      for (const step of execution.steps) this.saveStep(id, step);
    });
  }

  /** Saves an execution without its steps, because `saveStep` saves each step separately. */
  save({ id, status, startedAt, endedAt, error, interrupted }: Omit<Execution, "steps">): void {
    this.#update.run(status, startedAt ?? null, endedAt ?? null, error ?? null, Number(interrupted === true), id);
  }

  saveStep(executionId: string, step: StepResult): void {
    this.#saveStep.run(executionId, step.id, JSON.stringify(step));
  }

  get(id: string): Execution | undefined {
    return this.#one(this.#byId.get(id));
  }

  ofPlan(planId: string): Execution | undefined {
    return this.#one(this.#ofPlan.get(planId));
  }

  /** Returns the newest executions first. Each execution contains its steps, but not the output of the steps. */
  list(limit: number): Execution[] {
    return this.#recent.all(limit).map((row) => {
      const execution = this.#read(row);
      return { ...execution, steps: execution.steps.map(({ output: _, ...step }) => step) };
    });
  }

  /**
   * Returns the ids of the waiting executions and the ids of their plans, with the oldest first. There can be
   * thousands of executions, so the function returns no other fields.
   */
  queue(): { id: string; planId: string }[] {
    return this.#queue.all().map(({ id, plan_id }) => ({ id, planId: plan_id }));
  }

  /**
   * Returns the executions that the executor is running, and the executions whose state is unknown. The end of these
   * executions has not been recorded yet.
   */
  atWork(): Execution[] {
    return this.#atWork.all().map((row) => this.#read(row));
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts.all().map(({ status, count }) => [status, count]));
  }

  #one(row: Row | undefined): Execution | undefined {
    return row && this.#read(row);
  }

  #read(row: Row): Execution {
    return Execution.parse({
      id: row.id,
      planId: row.plan_id,
      planHash: row.plan_hash,
      ...(row.approval_id !== null && { approvalId: row.approval_id }),
      status: row.status,
      steps: this.#steps.all(row.id).map(({ result }) => JSON.parse(result)),
      requestedBy: row.requested_by,
      createdAt: row.created_at,
      ...(row.started_at !== null && { startedAt: row.started_at }),
      ...(row.ended_at !== null && { endedAt: row.ended_at }),
      ...(row.error !== null && { error: row.error }),
      ...(row.interrupted === 1 && { interrupted: true }),
    });
  }
}

interface Row {
  id: string;
  plan_id: string;
  plan_hash: string;
  approval_id: Text;
  status: string;
  requested_by: string;
  created_at: string;
  started_at: Text;
  ended_at: Text;
  error: Text;
  interrupted: number;
}
