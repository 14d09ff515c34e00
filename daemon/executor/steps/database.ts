/** Builds a read-only query for a database. PostgreSQL is asked by its program `psql`, SQLite by a program of Muster. */
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
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
    return { argv: sqliteQuery(words.includes("-csv") ? "csv" : "json", file, statement), env: { ...env } };
  }
  if (program === "psql") {
    requireOneQuery(words.findLast((word) => word.startsWith("--command="))?.slice("--command=".length) ?? "");
    const settings = `-c default_transaction_read_only=on -c statement_timeout=${timeoutSeconds * 1000}`;
    return { argv: [program, "--no-psqlrc", "--no-password", ...words], env: { ...env, PGOPTIONS: settings } };
  }
  throw new StepFailure(`${program} is not a supported database program; use sqlite3 or psql`);
}

const SQLITE_QUERY = join(import.meta.dirname, "sqlite-query.ts");

/**
 * Starts Muster's own program in place of `sqlite3`. The virtual table `fsdir` of `sqlite3` reads any file, also with
 * `-safe` and `-readonly`. Node's permission model keeps the program away from other files and from other programs.
 */
function sqliteQuery(format: "json" | "csv", file: string, statement: string): string[] {
  const rights = ["--permission", `--allow-fs-read=${SQLITE_QUERY}`, `--allow-fs-read=${file}`];
  return [process.execPath, "--no-warnings", ...rights, SQLITE_QUERY, format, file, statement];
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
