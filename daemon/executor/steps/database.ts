/** Builds a read-only query for the client program of a database. The program always starts in read-only mode. */
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
    // The option `-safe` disables ATTACH, extensions, and all commands that access files or a shell.
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
 * Allows only one statement, because a second statement could end the read-only transaction. Refuses every semicolon, because
 * only a parser could recognize a semicolon inside a string.
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

/**
 * Requires an absolute path to an existing database. The database program would read other arguments as options, and would
 * create a missing file.
 */
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
