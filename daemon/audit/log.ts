/** The audit as its writers and readers see it: entries go in, records come out, and none is ever changed. */
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

/** So that nobody waits long for the database meanwhile. */
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

  /** On disk when it returns; inside a transaction, when and only when that is. */
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

  /** Newest first. An intent is shown with what became of it; `unknown` when nobody will say any more. */
  list(query: Partial<AuditQuery> = {}): AuditRecord[] {
    return this.#table.list(AuditQuery.parse(query)).map((row) => reveal(row, this.#bootedAt));
  }

  /** What a signature is to vouch for now. */
  checkpoint(): Checkpoint | undefined {
    const last = this.#table.last();
    return last && { origin: originOf(this.#table.epoch()), size: last.seq, root: last.hash };
  }

  /** Whether the records still are those that this checkpoint was signed for. */
  holds({ origin, size, root }: Checkpoint): boolean {
    if (origin !== originOf(this.#table.epoch())) return false;
    return size <= this.#upkeep.anchored() || this.#upkeep.hashAt(size) === root;
  }

  /** Takes a person's name and the reasons they gave out of every record; the records and their hashes stay. False when nobody is named so. */
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

  /** Drops what is older, some thousands at a time. What is left begins where a signed note says. */
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

  /** Some records as lines of an export; before the first of them the notes that prove them. Empty when there are no more. */
  exportAfter(seq: number, limit: number, checkpoints: readonly string[]): string {
    const notes = seq === 0 ? [...this.#upkeep.anchors(), ...checkpoints].map(noteLine) : [];
    return [...notes, ...this.#table.exportAfter(seq, limit).map(recordLine)].join("");
  }

  /** One name has one digest until it is erased: who asks for somebody's records finds them without reading all. */
  #person(name: string): string {
    const known = this.#table.person(name);
    if (known !== undefined) return known;
    const kept = keep(name);
    const digest = personalDigestOf(kept);
    this.#table.addPerson(digest, kept);
    return digest;
  }
}
