/** Why a command did not do what it was asked, and how that is told: to a person, or with --json to a program. Always on standard error. */
import { styleText } from "node:util";
import { clean } from "./print.ts";

export interface Told {
  code: string;
  message: string;
  hint: string;
}

/** Failures of this side of the wire. The daemon's own come as ApiError, with the same three parts. */
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

/** 2: the command was not understood. 130: stopped by Ctrl-C, as a shell would say it. 1: anything else that did not happen. */
export const exitCodeFor = (code: string): number => (code === "USAGE" ? 2 : code === "INTERRUPTED" ? 130 : 1);

export function tell({ code, message, hint }: Told, json: boolean): void {
  if (json) {
    process.stderr.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
    return;
  }
  const head = styleText("red", "muster:", { stream: process.stderr });
  const lines = message.split("\n").map(clean).join("\n");
  process.stderr.write(`${head} ${lines}\n${hint ? `→ ${hint}\n` : ""}`);
}
