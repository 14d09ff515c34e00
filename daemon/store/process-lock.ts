/** A lock that a process holds as long as it lives: the kernel lets go of it even after SIGKILL. SQLite asks for it. */
import Database from "better-sqlite3";

export interface ProcessLock {
  release(): void;
}

/** Nothing when another process holds it. The caller keeps the answer: a lock nobody refers to is let go. */
export function takeLock(file: string): ProcessLock | undefined {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma("journal_mode = MEMORY"); // nothing is ever written, and no file is left beside it
    db.exec("BEGIN EXCLUSIVE");
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
