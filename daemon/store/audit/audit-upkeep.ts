/** Removes data from the audit. Removes a person's name and reasons, or the oldest records up to a signed note (anchor). */
import type { Db } from "../database.ts";

export class AuditUpkeep {
  readonly #db: Db;
  readonly #forgetReasons;
  readonly #forgetPerson;
  readonly #lastBefore;
  readonly #hashAt;
  readonly #anchored;
  readonly #anchor;
  readonly #dropAnchors;
  readonly #dropRecords;
  readonly #dropReasons;
  readonly #dropStrangers;

  constructor(db: Db) {
    this.#db = db;
    this.#forgetReasons = db.prepare<[string, string]>(
      "DELETE FROM audit_reasons WHERE seq IN (SELECT seq FROM audit WHERE person = ? UNION SELECT seq FROM audit WHERE behalf = ?)",
    );
    this.#forgetPerson = db.prepare<[string]>("DELETE FROM audit_persons WHERE digest = ?");
    this.#lastBefore = db.prepare<[string, number], { seq: number; hash: string }>(
      "SELECT seq, hash FROM audit WHERE at < ? AND seq <= (SELECT min(seq) FROM audit) + ? ORDER BY seq DESC LIMIT 1",
    );
    this.#hashAt = db.prepare<[number], { hash: string }>("SELECT hash FROM audit WHERE seq = ?");
    this.#anchored = db.prepare<[], { seq: number | null }>("SELECT max(seq) AS seq FROM audit_anchors");
    this.#anchor = db.prepare<[number, string]>("INSERT INTO audit_anchors (seq, note) VALUES (?, ?)");
    this.#dropAnchors = db.prepare<[number]>("DELETE FROM audit_anchors WHERE seq < ?");
    this.#dropRecords = db.prepare<[number]>("DELETE FROM audit WHERE seq <= ?");
    this.#dropReasons = db.prepare<[number]>("DELETE FROM audit_reasons WHERE seq <= ?");
    this.#dropStrangers = db.prepare(
      `DELETE FROM audit_persons WHERE NOT EXISTS (SELECT 1 FROM audit WHERE person = digest)
         AND NOT EXISTS (SELECT 1 FROM audit WHERE behalf = digest)`,
    );
  }

  /** Erases a person's name and all reasons that the person gave. Returns the number of erased reasons. */
  forget(person: string): number {
    // Overwrites deleted text with zeros, because the text would otherwise stay readable in the file.
    this.#db.pragma("secure_delete = ON");
    const reasons = this.#forgetReasons.run(person, person).changes;
    this.#forgetPerson.run(person);
    return reasons;
  }

  /**
   * Removes the erased text from SQLite's write-ahead log as well. Call this function after the transaction that
   * called `forget` is committed.
   */
  flush(): void {
    this.#db.pragma("wal_checkpoint(TRUNCATE)");
  }

  /** Among the `most` oldest records, returns the newest record before this time. */
  lastBefore(time: string, most: number): { seq: number; hash: string } | undefined {
    return this.#lastBefore.get(time, most);
  }

  hashAt(seq: number): string | undefined {
    return this.#hashAt.get(seq)?.hash;
  }

  /** Returns the sequence number up to which records have been removed, or 0 if all records still exist. */
  anchored(): number {
    return this.#anchored.get()?.seq ?? 0;
  }

  /** Saves the signed note (anchor) first, because a database trigger allows deletion only up to a saved anchor. */
  dropTo(seq: number, note: string): void {
    this.#anchor.run(seq, note);
    this.#dropAnchors.run(seq);
    this.#dropReasons.run(seq);
    this.#dropRecords.run(seq);
    this.#dropStrangers.run();
  }

  anchors(): string[] {
    return this.#db
      .prepare<[], { note: string }>("SELECT note FROM audit_anchors ORDER BY seq")
      .all()
      .map(({ note }) => note);
  }
}
