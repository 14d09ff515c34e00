/**
 * Stores the sealed (hashed) records of the audit. Stores people's names and reasons in separate tables. The audit
 * store computes no hashes.
 */
import type { AuditQuery } from "../../contract/audit/audit-query.ts";
import { Digest } from "../../contract/changes/plan.ts";
import type { Db } from "../database.ts";
import type { SaltedText } from "./audit-proof.ts";

/** One sealed record. `record` is canonical JSON, and `hash` is the hash of `record`. */
export interface SealedRow {
  seq: number;
  record: string;
  hash: string;
}

export interface ListedRow {
  record: string;
  hash: string;
  name: string | null;
  behalf: string | null;
  reason: string | null;
  /** For an intent record, the result from the matching outcome record. Null for other records. */
  outcome: string | null;
  ended: 0 | 1;
}

/** One record with its texts. Erased texts are missing. */
export interface ExportRow {
  record: string;
  hash: string;
  name?: SaltedText;
  onBehalfOf?: SaltedText;
  reason?: SaltedText;
}

export class AuditTable {
  readonly #db: Db;
  readonly #last;
  readonly #insert;
  readonly #keepReason;
  readonly #person;
  readonly #keepPerson;
  readonly #export;
  readonly #epoch;

  constructor(db: Db) {
    this.#db = db;
    this.#last = db.prepare<[], { seq: number; hash: string }>("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
    this.#insert = db.prepare<[number, string, string]>("INSERT INTO audit (seq, record, hash) VALUES (?, ?, ?)");
    this.#keepReason = db.prepare<[number, string, string]>("INSERT INTO audit_reasons (seq, salt, text) VALUES (?, ?, ?)");
    this.#person = db.prepare<[string], { digest: string }>("SELECT digest FROM audit_persons WHERE text = ?");
    this.#keepPerson = db.prepare<[string, string, string]>("INSERT INTO audit_persons (digest, salt, text) VALUES (?, ?, ?)");
    this.#epoch = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'");
    this.#export = db
      .prepare<[number, number], [string, string, ...(string | null)[]]>(
        `SELECT audit.record, audit.hash, names.salt, names.text, behalfs.salt, behalfs.text, audit_reasons.salt, audit_reasons.text
         FROM audit
         LEFT JOIN audit_persons AS names ON names.digest = audit.person
         LEFT JOIN audit_persons AS behalfs ON behalfs.digest = audit.behalf
         LEFT JOIN audit_reasons ON audit_reasons.seq = audit.seq
         WHERE audit.seq > ? ORDER BY audit.seq LIMIT ?`,
      )
      .raw();
  }

  last(): { seq: number; hash: Digest } | undefined {
    const row = this.#last.get();
    return row && { seq: row.seq, hash: Digest.parse(row.hash) };
  }

  add({ seq, record, hash }: SealedRow, reason: SaltedText | undefined): void {
    this.#insert.run(seq, record, hash);
    if (reason) this.#keepReason.run(seq, reason.salt, reason.text);
  }

  /** Returns the random identifier of this database. */
  epoch(): string {
    return this.#epoch.get()?.value ?? "";
  }

  /** Returns the digest that replaces this name in the records. */
  person(text: string): string | undefined {
    return this.#person.get(text)?.digest;
  }

  addPerson(digest: string, { salt, text }: SaltedText): void {
    this.#keepPerson.run(digest, salt, text);
  }

  /** Returns the newest records first. */
  list({ since, until, user, action, before, limit }: AuditQuery): ListedRow[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const only = (condition: string, value: string | number) => {
      conditions.push(condition);
      values.push(value);
    };
    if (since !== undefined) only("at >= ?", since);
    if (until !== undefined) only("at < ?", until);
    if (action !== undefined) only("action = ?", action);
    if (before !== undefined) only("seq < ?", before);
    // The query names the index. Otherwise SQLite would read all records backwards to find the few records of the
    // requested time.
    const byTime = (since ?? until) !== undefined && action === undefined && user === undefined ? "INDEXED BY audit_by_time" : "";
    const newest = (...also: string[]) => {
      const all = [...conditions, ...also];
      return `SELECT seq FROM (SELECT seq FROM audit ${byTime} ${all.length > 0 ? `WHERE ${all.join(" AND ")}` : ""} ORDER BY seq DESC LIMIT ?)`;
    };
    // Uses one query for each index, because each index returns sorted rows. A single query with OR would make SQLite
    // read and sort all records of a person.
    const person = user === undefined ? undefined : (this.person(user) ?? "");
    const chosen = person === undefined ? newest() : `${newest("person = ?")} UNION ${newest("behalf = ?")}`;
    const given = person === undefined ? [...values, limit] : [...values, person, limit, ...values, person, limit];
    return this.#db
      .prepare<(string | number)[], ListedRow>(
        `SELECT audit.record, audit.hash, names.text AS name, behalfs.text AS behalf, audit_reasons.text AS reason,
           outcomes.record ->> '$.result' AS outcome, outcomes.seq IS NOT NULL AS ended
         FROM audit
         LEFT JOIN audit_persons AS names ON names.digest = audit.person
         LEFT JOIN audit_persons AS behalfs ON behalfs.digest = audit.behalf
         LEFT JOIN audit_reasons ON audit_reasons.seq = audit.seq
         LEFT JOIN audit AS outcomes ON audit.action = 'intent' AND outcomes.seq =
           (SELECT min(seq) FROM audit AS later WHERE later.execution_id = audit.execution_id AND later.seq > audit.seq
             AND later.action IN ('outcome', 'key-created', 'key-revoked', 'voter-added', 'voter-removed'))
         WHERE audit.seq IN (${chosen}) ORDER BY audit.seq DESC LIMIT ?`,
      )
      .all(...given, limit);
  }

  /** Returns the oldest records first. */
  exportAfter(seq: number, limit: number): ExportRow[] {
    return this.#export.all(seq, limit).map(([record, hash, ...texts]) => {
      const [name, onBehalfOf, reason] = [texts.slice(0, 2), texts.slice(2, 4), texts.slice(4, 6)].map(([salt, text]) =>
        salt != null && text != null ? { salt, text } : undefined,
      );
      return { record, hash, ...(name && { name }), ...(onBehalfOf && { onBehalfOf }), ...(reason && { reason }) };
    });
  }
}
