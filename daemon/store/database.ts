/** Opens the database of a data folder and migrates its schema to the newest version. */
import Database from "better-sqlite3";
import { MusterError } from "../errors/errors.ts";
import { unusable } from "./examine-database.ts";
import { migrations } from "./migrations/migrations.ts";

export type Db = Database.Database;

/** If `file` is a buffer, SQLite opens the bytes as a database in memory. */
export function openDatabase(file: string | Buffer): Db {
  const db = opened(file, { timeout: 10_000 });
  try {
    // The control process answers a request as soon as the request's transaction returns. With the setting FULL, the
    // transaction survives a power failure.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw unusable(db.name, error);
  }
}

/** Opens the database for reading. The schema must be up to date, because a read-only connection cannot migrate the database. */
export function openReadOnly(file: string): Db {
  return opened(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
}

function opened(file: string | Buffer, options: Database.Options): Db {
  try {
    return new Database(file, options);
  } catch (error) {
    throw unusable(String(file), error);
  }
}

/** Acquires the write lock at once, because three processes can open the database at the same moment. */
function migrate(db: Db): void {
  const run = db.transaction(() => {
    const version = db.pragma("user_version", { simple: true }) as number;
    if (version > migrations.length) {
      throw new MusterError("DATABASE_NEWER", `${db.name} has schema ${version}, this program knows ${migrations.length}`);
    }
    for (const migration of migrations.slice(version)) db.exec(migration);
    db.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
}

/**
 * Runs `work` as one transaction. The transaction acquires the write lock at once, so that no other process writes
 * between its reads and its writes.
 */
export function atomically<T>(db: Db, work: () => T): T {
  return db.inTransaction ? work() : db.transaction(work).immediate();
}
