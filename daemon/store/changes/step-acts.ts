/**
 * Stores Muster's own actions (acts). The control process performs an act for a step of a plan. Each step has at most
 * one act, even if the step is requested repeatedly.
 */
import { ActOutcome } from "../../contract/changes/execution-messages.ts";
import type { Db } from "../database.ts";

export interface StepAct {
  /**
   * The result of the action (act). Absent while the control process performs the act, and if that process was
   * stopped during the act.
   */
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

  /**
   * Records that the action (act) of a step begins. Throws an error if the step already has an act, because the table
   * allows one act per step.
   */
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
