/** Builds a read-only query for the client program of a database. The program is always started without the right to change data. */
import { closeSync, openSync, readSync } from "node:fs";
import { StepFailure } from "./ending.ts";

export interface DatabaseQuery {
  argv: string[];
  env: Record<string, string>;
}

export function readOnly(
  [program = "", ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
  timeoutSeconds: number,
): DatabaseQuery {
  if (program === "sqlite3") {
    const [file = "", statement = ""] = words.slice(-2);
    requireOneQuery(statement);
    requireDatabase(file);
    // `-safe` switches off ATTACH, extensions, and every command that reaches files or a shell.
    return { argv: [program, "-batch", "-bail", "-safe", "-readonly", ...words], env: { ...env } };
  }
  if (program === "psql") {
    requireOneQuery(words.findLast((word) => word.startsWith("--command="))?.slice("--command=".length) ?? "");
    const settings = `-c default_transaction_read_only=on -c statement_timeout=${timeoutSeconds * 1000}`;
    return { argv: [program, "--no-psqlrc", "--no-password", ...words], env: { ...env, PGOPTIONS: settings } };
  }
  throw new StepFailure(`${program} is not a supported database program; use sqlite3 or psql`);
}

/**
 * Only one statement, because a second one could end the read-only transaction of the first. A semicolon inside a text is
 * refused too, because only a parser can distinguish the two.
 */
function requireOneQuery(sql: string): void {
  const text = sql.trim().replace(/;$/, "");
  if (!/^(select|with|values|explain|show|table|pragma)\b/i.test(text))
    throw new StepFailure("the statement is not a query: it must begin with SELECT, WITH, VALUES, EXPLAIN, SHOW, TABLE or PRAGMA");
  if (/[;\\]/.test(text))
    throw new StepFailure(
      "the statement contains a semicolon or a backslash; only one statement and no commands of the program are allowed",
    );
}

const SQLITE = "SQLite format 3";

/** The program would read another word as an option, and would create a missing file. */
function requireDatabase(file: string): void {
  if (!file.startsWith("/")) throw new StepFailure(`${file} is not an absolute path`);
  if (beginningOf(file) !== SQLITE) throw new StepFailure(`${file} is not an SQLite database`);
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
