/** The audit for its writers and readers. They append entries and read records. No record is ever changed. */
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

/** Limits how long other writers wait for the database. */
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

  /** The record is on disk when this returns. Inside a transaction, it is on disk if and when that commits. */
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

  /** Newest first. An intent is shown with its outcome, or as `unknown` if no outcome can follow any more. */
  list(query: Partial<AuditQuery> = {}): AuditRecord[] {
    return this.#table.list(AuditQuery.parse(query)).map((row) => reveal(row, this.#bootedAt));
  }

  /** The present end of the audit, for a signature. */
  checkpoint(): Checkpoint | undefined {
    const last = this.#table.last();
    return last && { origin: originOf(this.#table.epoch()), size: last.seq, root: last.hash };
  }

  /** True if the records are still those that this checkpoint was signed for. */
  holds({ origin, size, root }: Checkpoint): boolean {
    if (origin !== originOf(this.#table.epoch())) return false;
    return size <= this.#upkeep.anchored() || this.#upkeep.hashAt(size) === root;
  }

  /** Removes a person's name and reasons from every record. The records and their hashes stay. False if no record has the name. */
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

  /** Drops older records, some thousands at a time. A signed note marks where the remaining records begin. */
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

  /** Some records as lines of an export, with the notes that prove them before the first. Empty at the end. */
  exportAfter(seq: number, limit: number, checkpoints: readonly string[]): string {
    const notes = seq === 0 ? [...this.#upkeep.anchors(), ...checkpoints].map(noteLine) : [];
    return [...notes, ...this.#table.exportAfter(seq, limit).map(recordLine)].join("");
  }

  /** A name has one digest until it is erased. So a search for a person's records need not read all records. */
  #person(name: string): string {
    const known = this.#table.person(name);
    if (known !== undefined) return known;
    const kept = keep(name);
    const digest = personalDigestOf(kept);
    this.#table.addPerson(digest, kept);
    return digest;
  }
}
