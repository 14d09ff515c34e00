/** A question to a database, put by its own client program. Whatever the form says, the program is told to let nothing be changed. */
import { closeSync, openSync, readSync } from "node:fs";
import { StepFailure } from "./ending.ts";

export interface Question {
  argv: string[];
  env: Record<string, string>;
}

export function readOnly(
  [program = "", ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): Question {
  if (program === "sqlite3") {
    const [file = "", statement = ""] = words.slice(-2);
    requireOneQuestion(statement);
    requireDatabase(file);
    // `-safe` switches off ATTACH, extensions and everything of the program that reaches files or a shell.
    return { argv: [program, "-batch", "-bail", "-safe", "-readonly", ...words], env: { ...env } };
  }
  if (program === "psql") {
    requireOneQuestion(words.findLast((word) => word.startsWith("--command="))?.slice("--command=".length) ?? "");
    const settings = `-c default_transaction_read_only=on -c statement_timeout=${timeoutSeconds * 1000}`;
    return { argv: [program, "--no-psqlrc", "--no-password", ...words], env: { ...env, PGOPTIONS: settings } };
  }
  throw new StepFailure(`${program} is no program that databases are asked with; sqlite3 and psql are`);
}

/**
 * One statement: a second one might end the read-only transaction of the first. A semicolon within a text is refused with
 * the rest, because telling the two apart is a parser's work.
 */
function requireOneQuestion(sql: string): void {
  const text = sql.trim().replace(/;$/, "");
  if (!/^(select|with|values|explain|show|table|pragma)\b/i.test(text))
    throw new StepFailure("the statement is no question: it must begin with SELECT, WITH, VALUES, EXPLAIN, SHOW, TABLE or PRAGMA");
  if (/[;\\]/.test(text))
    throw new StepFailure("the statement holds a semicolon or a backslash: one statement, and no orders to the program");
}

const SQLITE = "SQLite format 3";

/** The program would take another word for an option, and make a file that is missing. */
function requireDatabase(file: string): void {
  if (!file.startsWith("/")) throw new StepFailure(`${file} is no absolute path`);
  if (beginningOf(file) !== SQLITE) throw new StepFailure(`${file} is no SQLite database`);
}

function beginningOf(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (cause) {
    throw new StepFailure(`${file} cannot be read`, { cause });
  }
  try {
    const bytes = Buffer.alloc(SQLITE.length);
    readSync(descriptor, bytes, 0, bytes.length, 0);
    return bytes.toString("latin1");
  } finally {
    closeSync(descriptor);
  }
}
