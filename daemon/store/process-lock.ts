/** A lock that a process holds while it lives. It is a lock of SQLite, so the kernel releases it even after SIGKILL. */
import Database from "better-sqlite3";

export interface ProcessLock {
  release(): void;
}

/** Undefined if another process holds the lock. The caller must keep the result: the garbage collector would release the lock. */
export function takeLock(file: string): ProcessLock | undefined {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma("journal_mode = MEMORY"); // nothing is written, and no journal file remains
    db.exec("BEGIN EXCLUSIVE");
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
