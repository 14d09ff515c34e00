/**
 * The files of one execution. The files contain the plan, and the start and the result of each step. The files survive a
 * crash of the executor.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import * as z from "zod";
import { ExecutionStatus, StepResult } from "../../contract/changes/execution.ts";
import { Digest, Plan } from "../../contract/changes/plan.ts";
import { Instant } from "../../contract/names.ts";
import type { ProcessPlace } from "../lasting-process.ts";
import { appendLine, readLines } from "../line-file.ts";
import { stepPlace } from "../steps/local-command.ts";

const Begun = z.object({
  executionId: z.uuid(),
  approvalId: z.string().optional(),
  planHash: Digest,
  plan: Plan,
  at: Instant,
});
export type Begun = z.output<typeof Begun>;

const Ending = z.object({ status: ExecutionStatus, error: z.string().optional(), interrupted: z.literal(true).optional() });
export type Ending = z.output<typeof Ending>;

export class ExecutionRecord {
  readonly begun: Begun;
  readonly #folder: string;
  readonly #results = new Map<string, StepResult>();
  #ending: Ending | undefined;

  private constructor(folder: string, begun: Begun) {
    this.#folder = folder;
    this.begun = begun;
  }

  /** Creates a record, which is on disk when the function returns. */
  static create(parent: string, begun: Begun): ExecutionRecord {
    const folder = join(parent, begun.executionId);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileAtomic.sync(join(folder, "begun.json"), JSON.stringify(begun), { fsync: true, mode: 0o600 });
    return new ExecutionRecord(folder, begun);
  }

  /** Returns all executions whose files still exist. Control requests the deletion of the files after it has saved the result. */
  static all(parent: string): ExecutionRecord[] {
    if (!existsSync(parent)) return [];
    return readdirSync(parent).flatMap((name) => {
      const folder = join(parent, name);
      const file = join(folder, "begun.json");
      if (!existsSync(file)) return [];
      const record = new ExecutionRecord(folder, Begun.parse(JSON.parse(readFileSync(file, "utf8"))));
      record.#read();
      return [record];
    });
  }

  /** Removes the record of an execution that did not start. */
  static remove(parent: string, executionId: string): void {
    rmSync(join(parent, executionId), { recursive: true, force: true });
  }

  get results(): ReadonlyMap<string, StepResult> {
    return this.#results;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Returns the results in the order of the plan. The rollback steps are last. */
  get steps(): StepResult[] {
    const { steps, rollback } = this.begun.plan;
    return [...steps, ...rollback.map(({ step }) => step)].flatMap(({ id }) => this.#results.get(id) ?? []);
  }

  save(result: StepResult): void {
    appendLine(join(this.#folder, "steps.ndjson"), result);
    this.#results.set(result.id, result);
  }

  end(ending: Ending): void {
    writeFileAtomic.sync(join(this.#folder, "ended.json"), JSON.stringify(ending), { fsync: true, mode: 0o600 });
    this.#ending = ending;
  }

  place(stepId: string): ProcessPlace {
    return stepPlace(this.#folder, stepId);
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(): void {
    for (const result of readLines(join(this.#folder, "steps.ndjson"), StepResult)) this.#results.set(result.id, result);
    const ended = join(this.#folder, "ended.json");
    if (existsSync(ended)) this.#ending = Ending.parse(JSON.parse(readFileSync(ended, "utf8")));
  }
}
