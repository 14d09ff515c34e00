/** The audit as its writers and readers see it: entries go in, records come out, and none is ever changed. */
import type { AuditEntry, AuditRecord } from "../contract/audit.ts";
import { AuditQuery } from "../contract/audit-query.ts";
import { AuditTable } from "../store/audit.ts";
import { atomically, type Db } from "../store/database.ts";
import { type Checkpoint, originOf } from "./note.ts";
import { BEGINNING, digestOf, keep, reveal, seal, tidy } from "./seal.ts";

export class AuditLog {
  readonly #db: Db;
  readonly #table: AuditTable;
  readonly #now: () => Date;
  readonly #bootedAt: string;

  constructor(db: Db, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#table = new AuditTable(db);
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
        ...(keptReason && { reason: digestOf(keptReason) }),
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

  /** One name has one digest until it is erased: who asks for somebody's records finds them without reading all. */
  #person(name: string): string {
    const known = this.#table.person(name);
    if (known !== undefined) return known;
    const kept = keep(name);
    const digest = digestOf(kept);
    this.#table.addPerson(digest, kept);
    return digest;
  }
}
