/** Failures of commands, and how they are printed: as text, or as JSON with --json. Always on standard error. */
import { styleText } from "node:util";
import { clean } from "./print.ts";

export interface Failure {
  code: string;
  message: string;
  hint: string;
}

/** A failure on this side of the connection. Failures of the daemon arrive as ApiError, with the same three parts. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly code: "USAGE" | "INTERRUPTED" | "VERSION_DIFFERS" | "NO_PERMISSION" | "STEP_FAILED";
  readonly hint: string;

  constructor(code: CommandFailure["code"], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** 2: wrong usage. 130: stopped by Ctrl-C, the shell's convention. 1: any other failure. */
export const exitCodeFor = (code: string): number => (code === "USAGE" ? 2 : code === "INTERRUPTED" ? 130 : 1);

export function report({ code, message, hint }: Failure, json: boolean): void {
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
    return;
  }
  const head = styleText("red", "muster:", { stream: process.stderr });
  const lines = message.split("\n").map(clean).join("\n");
  process.stderr.write(`${head} ${lines}\n${hint ? `→ ${hint}\n` : ""}`);
}
