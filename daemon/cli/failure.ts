/** Defines the failures of commands, and prints them as text, or as JSON with --json. The output goes to standard error. */
import { styleText } from "node:util";
import { clean } from "./print.ts";

export interface Failure {
  code: string;
  message: string;
  hint: string;
  /** The approval that the command waits for. */
  approvalId?: string | undefined;
  /** A token that is valid only after the approval. */
  secret?: string | undefined;
}

/**
 * A failure that occurs in the command itself, not in the daemon. Failures of the daemon are `ApiError` objects with
 * the same three fields.
 */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly code: "USAGE" | "INTERRUPTED" | "VERSION_DIFFERS" | "NO_PERMISSION" | "STEP_FAILED" | "RESULT_UNKNOWN";
  readonly hint: string;

  constructor(code: CommandFailure["code"], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const exitCodes: Record<string, number> = { USAGE: 2, RESULT_UNKNOWN: 3, INTERRUPTED: 130 };

/** Returns 2 for wrong usage, 3 if a result is not known, 130 after Ctrl-C as shells do, and 1 for any other failure. */
export const exitCodeFor = (code: string): number => exitCodes[code] ?? 1;

export function report({ code, message, hint, approvalId, secret }: Failure, json: boolean): void {
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, hint, approvalId, secret } })}\n`);
    return;
  }
  const head = styleText("red", "muster:", { stream: process.stderr });
  const lines = message.split("\n").map(clean).join("\n");
  const later = secret === undefined ? "" : `→ After the approval this token is valid. It is shown only now: ${clean(secret)}\n`;
  process.stderr.write(`${head} ${lines}\n${hint ? `→ ${hint}\n` : ""}${later}`);
}
