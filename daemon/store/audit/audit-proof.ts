/**
 * Reads the audit from a database file so that the audit can be examined. Reads one consistent state without changing
 * or migrating the file.
 */
import { MusterError } from "../../errors/errors.ts";
import { type Db, openReadOnly } from "../database.ts";

/** An erasable text about a person, and the salt that was hashed with the text. */
export interface SaltedText {
  salt: string;
  text: string;
}

/**
 * One audit record. `record` is canonical JSON, and `hash` is the hash of `record`. `text` is the reason that a
 * person gave, and `salt` was hashed with this text. The row is an array to save memory, because an audit can have
 * millions of rows.
 */
export type ProofRow = [seq: number, record: string, hash: string, salt: string | null, text: string | null];

export interface AuditProof {
  epoch: string;
  rows(): Iterable<ProofRow>;
  person(digest: string): SaltedText | undefined;
  /** Returns the signed notes that state where the remaining records begin. */
  anchors(): string[];
}

export function withAuditProof<T>(file: string, look: (proof: AuditProof) => T): T {
  const db = opened(file);
  try {
    return db.transaction(() => look(proofOf(db, file)))();
  } finally {
    db.close();
  }
}

function opened(file: string): Db {
  try {
    return openReadOnly(file);
  } catch (cause) {
    throw new MusterError("DATA_DIR_UNUSABLE", `${file} cannot be opened`, { cause });
  }
}

function proofOf(db: Db, file: string): AuditProof {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'audit_anchors'").get() === undefined)
    throw new MusterError("REQUEST_INVALID", `${file} is of a Muster that kept no audit; start the daemon of this version once`);
  const person = db.prepare<[string], SaltedText>("SELECT salt, text FROM audit_persons WHERE digest = ?");
  return {
    epoch: db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'").get()?.value ?? "",
    rows: () =>
      db
        .prepare<[], ProofRow>(
          `SELECT audit.seq, audit.record, audit.hash, audit_reasons.salt, audit_reasons.text
           FROM audit LEFT JOIN audit_reasons ON audit_reasons.seq = audit.seq ORDER BY audit.seq`,
        )
        .raw()
        .iterate(),
    person: (digest) => person.get(digest),
    anchors: () =>
      db
        .prepare<[], { note: string }>("SELECT note FROM audit_anchors ORDER BY seq")
        .all()
        .map(({ note }) => note),
  };
}
