/** Writes and reads the audit. Writers append entries, and readers read records. A record is never changed. */
import type { AuditEntry, AuditRecord } from "../contract/audit/audit.ts";
import { AuditQuery } from "../contract/audit/audit-query.ts";
import { AuditTable } from "../store/audit/audit.ts";
import { AuditUpkeep } from "../store/audit/audit-upkeep.ts";
import { atomically, type Db } from "../store/database.ts";
import { MUSTER } from "./actor.ts";
import { noteLine, recordLine } from "./export.ts";
import { beginningOf, type Checkpoint, originOf } from "./note.ts";
import { erasureOf } from "./personal-texts.ts";
import { BEGINNING, keep, personalDigestOf, reveal, seal, tidy } from "./seal.ts";
import type { Signer } from "./signer.ts";

/** The maximum number of records that one transaction drops. Other writers wait for the database during the transaction. */
const MOST_AT_ONCE = 20_000;

export class AuditLog {
  readonly #db: Db;
  readonly #table: AuditTable;
  readonly #upkeep: AuditUpkeep;
  readonly #now: () => Date;
  readonly #bootedAt: string;

  constructor(db: Db, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#table = new AuditTable(db);
    this.#upkeep = new AuditUpkeep(db);
    this.#now = now;
    this.#bootedAt = now().toISOString();
  }

  /** Appends a record, which is on disk when the call returns. Inside a transaction, the record is on disk after the commit. */
  append(entry: AuditEntry): AuditRecord {
    const { actor, reason, ...rest } = tidy(entry);
    return atomically(this.#db, () => {
      const last = this.#table.last();
      const keptReason = reason === undefined ? undefined : keep(reason);
      const sealed = {
        ...rest,
        actor: {
          keyId: actor.keyId,
          role: actor.role,
          name: this.#person(actor.name),
          ...(actor.onBehalfOf !== undefined && { onBehalfOf: this.#person(actor.onBehalfOf) }),
        },
        ...(keptReason && { reason: personalDigestOf(keptReason) }),
        seq: (last?.seq ?? 0) + 1,
        at: this.#now().toISOString(),
        prevHash: last?.hash ?? BEGINNING,
      };
      const row = seal(sealed);
      this.#table.add(row, keptReason);
      return { ...sealed, actor, ...(reason !== undefined && { reason }), hash: row.hash };
    });
  }

  /** Returns records, newest first. An intent is listed with its outcome, or as `unknown` if no outcome can follow. */
  list(query: Partial<AuditQuery> = {}): AuditRecord[] {
    return this.#table.list(AuditQuery.parse(query)).map((row) => reveal(row, this.#bootedAt));
  }

  /** Returns a checkpoint of the newest record, which the caller can sign. */
  checkpoint(): Checkpoint | undefined {
    const last = this.#table.last();
    return last && { origin: originOf(this.#table.epoch()), size: last.seq, root: last.hash };
  }

  /** Returns true if the records still match the checkpoint. */
  holds({ origin, size, root }: Checkpoint): boolean {
    if (origin !== originOf(this.#table.epoch())) return false;
    return size <= this.#upkeep.anchored() || this.#upkeep.hashAt(size) === root;
  }

  /**
   * Erases a person's name and reasons from all records. The rest of each record and all hashes remain. Returns false
   * if no record contains the name.
   */
  erase(name: string, actor: AuditEntry["actor"]): boolean {
    const person = this.#table.person(name);
    if (person === undefined) return false;
    atomically(this.#db, () => {
      const reasons = this.#upkeep.forget(person);
      const summary = `erased the name of a person and ${reasons} ${reasons === 1 ? "reason" : "reasons"}`;
      this.append({ action: "erasure", actor, subject: erasureOf(person), summary, result: "erased" });
    });
    if (!this.#db.inTransaction) this.#upkeep.flush();
    return true;
  }

  /** Drops the oldest records, at most `MOST_AT_ONCE` of them. A signed note marks where the remaining records begin. */
  dropBefore(time: Date, signer: Signer): void {
    atomically(this.#db, () => {
      const last = this.#upkeep.lastBefore(time.toISOString(), MOST_AT_ONCE);
      if (!last || last.seq === this.#table.last()?.seq) return;
      const beginning = { origin: beginningOf(originOf(this.#table.epoch())), size: last.seq, root: last.hash };
      this.#upkeep.dropTo(last.seq, signer.sign(beginning));
      const summary = `dropped the records up to ${last.seq}, which are older than they are kept`;
      this.append({ action: "checkpoint", actor: MUSTER, subject: `record ${last.seq}`, summary, result: "dropped" });
    });
  }

  /**
   * Returns up to `limit` records as lines of an export. The first part of an export begins with the notes that prove
   * the records. Returns an empty text if there are no more records.
   */
  exportAfter(seq: number, limit: number, checkpoints: readonly string[]): string {
    const notes = seq === 0 ? [...this.#upkeep.anchors(), ...checkpoints].map(noteLine) : [];
    return [...notes, ...this.#table.exportAfter(seq, limit).map(recordLine)].join("");
  }

  /** Returns the digest of a name. A name keeps one digest until it is erased, so a search for a person's records stays fast. */
  #person(name: string): string {
    const known = this.#table.person(name);
    if (known !== undefined) return known;
    const kept = keep(name);
    const digest = personalDigestOf(kept);
    this.#table.addPerson(digest, kept);
    return digest;
  }
}
