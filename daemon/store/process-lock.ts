/**
 * A lock that a process holds while it runs. SQLite uses a file lock, so the kernel releases the lock even after
 * SIGKILL.
 */
import Database from "better-sqlite3";

export interface ProcessLock {
  release(): void;
}

/**
 * Returns undefined if another process holds the lock. The caller must keep the result, because garbage collection of the
 * result releases the lock.
 */
export function takeLock(file: string): ProcessLock | undefined {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma("journal_mode = MEMORY"); // No journal file remains, because the lock writes nothing.
    db.exec("BEGIN EXCLUSIVE");
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
