/**
 * Stores the acts that control performs for steps of plans. A step has at most one act, even if the step is requested
 * repeatedly.
 */
import { ActOutcome } from "../../contract/changes/execution-messages.ts";
import type { Db } from "../database.ts";

export interface StepAct {
  /** The result of the act. Absent while control performs the act, and also if control was stopped during the act. */
  outcome?: ActOutcome;
}

export class StepActStore {
  readonly #insert;
  readonly #end;
  readonly #find;

  constructor(db: Db) {
    this.#insert = db.prepare<[string, string, string]>("INSERT INTO step_acts (execution_id, step_id, begun_at) VALUES (?, ?, ?)");
    this.#end = db.prepare<[string, string, string]>("UPDATE step_acts SET outcome = ? WHERE execution_id = ? AND step_id = ?");
    this.#find = db.prepare<[string, string], { outcome: string | null }>(
      "SELECT outcome FROM step_acts WHERE execution_id = ? AND step_id = ?",
    );
  }

  /** Starts the act of a step. Throws an error if the step already has an act, because the table's key allows one. */
  begin(executionId: string, stepId: string, now: Date): void {
    this.#insert.run(executionId, stepId, now.toISOString());
  }

  end(executionId: string, stepId: string, outcome: ActOutcome): void {
    this.#end.run(JSON.stringify(outcome), executionId, stepId);
  }

  find(executionId: string, stepId: string): StepAct | undefined {
    const row = this.#find.get(executionId, stepId);
    if (!row) return undefined;
    return row.outcome === null ? {} : { outcome: ActOutcome.parse(JSON.parse(row.outcome)) };
  }
}
