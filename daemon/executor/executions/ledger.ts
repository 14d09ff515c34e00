/**
 * Records every execution that the executor has started. Even if someone changes the database, no execution runs twice and no
 * approval is used twice.
 */
import * as z from "zod";
import { Digest } from "../../contract/changes/plan.ts";
import { Instant } from "../../contract/names.ts";
import { appendLine, readLines } from "../line-file.ts";

const Line = z.object({ executionId: z.uuid(), approvalId: z.string().optional(), planHash: Digest, at: Instant });
export type LedgerLine = z.output<typeof Line>;

export class ExecutionLedger {
  readonly #file: string;
  readonly #ids = new Set<string>();

  /** Throws an error if a line cannot be read, because then no execution may start. */
  constructor(file: string) {
    this.#file = file;
    for (const line of readLines(file, Line)) this.#know(line);
  }

  /** Returns true for the id of a recorded execution, and for the id of the approval of a recorded execution. */
  holds(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Adds a line, which is on disk when the function returns. */
  add(line: LedgerLine): void {
    appendLine(this.#file, line);
    this.#know(line);
  }

  #know({ executionId, approvalId }: LedgerLine): void {
    this.#ids.add(executionId);
    if (approvalId !== undefined) this.#ids.add(approvalId);
  }
}
