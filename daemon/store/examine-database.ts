/** Examines a database file without changing it, so that damage is reported before a process answers from the database. */
import Database from "better-sqlite3";
import { isDatabaseDamaged, MusterError } from "../errors/errors.ts";

const PROBLEMS = 3;

/**
 * Returns true if the file is empty, as a crash can leave it. Throws DATABASE_DAMAGED if SQLite finds damage. The
 * examination reads the whole file.
 */
export function isEmptyDatabase(file: string): boolean {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
    try {
      const found = db.pragma(`quick_check(${PROBLEMS})`) as { quick_check: string }[];
      const problems = found.map(({ quick_check }) => quick_check).filter((text) => text !== "ok");
      if (problems.length > 0) throw new MusterError("DATABASE_DAMAGED", `${file} is damaged: ${problems.join("; ").slice(0, 500)}`);
      return db.pragma("user_version", { simple: true }) === 0;
    } finally {
      db.close();
    }
  } catch (cause) {
    if (cause instanceof MusterError) throw cause;
    throw unusable(file, cause);
  }
}

/** Names the file in an error of SQLite. SQLite itself reports only "file is not a database", for example. */
export function unusable(file: string, cause: unknown): unknown {
  if (!(cause instanceof Database.SqliteError)) return cause;
  if (isDatabaseDamaged(cause)) return new MusterError("DATABASE_DAMAGED", `${file} is damaged`, { cause });
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(cause.code)) return new MusterError("DATA_DIR_UNUSABLE", `cannot open ${file}`, { cause });
  return cause;
}
