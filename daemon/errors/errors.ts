/** Errors that an operator can see. Error codes are a stable part of the API. The hint of an error describes the next step. */
import { adminHints } from "./admin.ts";
import { changeHints } from "./changes.ts";
import { clusterHints } from "./cluster.ts";
import { jobHints } from "./jobs.ts";
import { machineHints } from "./machines.ts";
import { netbootHints } from "./netboot.ts";
import { requestHints } from "./requests.ts";

export const hints = {
  ...machineHints,
  ...netbootHints,
  ...jobHints,
  ...changeHints,
  ...clusterHints,
  ...adminHints,
  ...requestHints,
} as const;
export type ErrorCode = keyof typeof hints;

export class MusterError extends Error {
  override readonly name = "MusterError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
  }

  get hint(): string {
    return hints[this.code];
  }
}

/** Error codes of SQLite and the operating system for a full disk or an exceeded quota. */
const FULL: readonly unknown[] = ["SQLITE_FULL", "ENOSPC", "EDQUOT"];
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && (("code" in error && FULL.includes(error.code)) || isDiskFull(error.cause));

/** Error codes of SQLite for a file whose content is damaged, or that the disk can no longer read. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB|IOERR_(SHORT_READ|READ|DATA|CORRUPTFS))/;
export const isDatabaseDamaged = (error: unknown): boolean =>
  error instanceof Error && (("code" in error && DAMAGED.test(String(error.code))) || isDatabaseDamaged(error.cause));

/** True for an error of the operating system with one of these codes, such as `ENOENT`. */
export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && "code" in error && codes.includes(String(error.code));

/** Joins the messages of an error and its causes, such as "install of n1 failed: ansible-playbook exited 2: unreachable". */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}
