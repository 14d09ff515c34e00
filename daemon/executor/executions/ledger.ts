/**
 * Records every execution that the executor has started. Even if someone changes the database, no execution runs twice and no
 * approval is used twice.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import * as z from "zod";
import { Digest } from "../../contract/changes/plan.ts";
import { Instant } from "../../contract/names.ts";

const Line = z.object({ executionId: z.uuid(), approvalId: z.string().optional(), planHash: Digest, at: Instant });
export type LedgerLine = z.output<typeof Line>;

export class ExecutionLedger {
  readonly #file: string;
  readonly #ids = new Set<string>();

  /** Throws an error if a line cannot be read, because then no execution may start. */
  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) return;
    const text = readFileSync(file, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    // A power failure left this incomplete line. The execution on the line had not started.
    if (whole.length < text.length) truncate(file, Buffer.byteLength(whole));
    for (const line of whole.split("\n").slice(0, -1)) this.#know(Line.parse(JSON.parse(line)));
  }

  /** Returns true for the id of a recorded execution, and for the id of the approval of a recorded execution. */
  holds(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Adds a line, which is on disk when the function returns. */
  add(line: LedgerLine): void {
    append(this.#file, line);
    this.#know(line);
  }

  #know({ executionId, approvalId }: LedgerLine): void {
    this.#ids.add(executionId);
    if (approvalId !== undefined) this.#ids.add(approvalId);
  }
}

/** Appends a value as one line of JSON, which is on disk when the function returns. */
export function append(file: string, value: unknown): void {
  const descriptor = openSync(file, "a", 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(value)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function truncate(file: string, bytes: number): void {
  const descriptor = openSync(file, "r+");
  try {
    ftruncateSync(descriptor, bytes);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
