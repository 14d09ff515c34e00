/** Opens the one database of a data folder and brings its schema up to date. */
import Database from "better-sqlite3";
import { MusterError } from "../errors/errors.ts";
import { migrations } from "./migrations/migrations.ts";

export type Db = Database.Database;

/** A database as bytes is read into memory. */
export function openDatabase(file: string | Buffer): Db {
  const db = new Database(file, { timeout: 10_000 });
  try {
    // Control answers as soon as a transaction returns. With FULL the promise survives a power cut.
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens the database for readers. The schema must be up to date: a reader cannot migrate it. */
export function openReadOnly(file: string): Db {
  return new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
}

/** Takes the write lock at once, because three processes open the database at the same moment. */
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

/** Run `work` as one transaction that takes the write lock at once, so that read, change and write are one step. */
export function atomically<T>(db: Db, work: () => T): T {
  return db.inTransaction ? work() : db.transaction(work).immediate();
}
