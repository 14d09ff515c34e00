/**
 * Verifies an audit without the daemon. The input is a database with its checkpoint files, or an export with
 * its own checkpoints.
 */
import { existsSync, readFileSync } from "node:fs";
import type { AuditFinding, AuditReport } from "../contract/audit/audit-report.ts";
import { MusterError } from "../errors/errors.ts";
import { type SaltedText, withAuditProof } from "../store/audit/audit-proof.ts";
import { type KeptNote, readCheckpoints } from "./checkpoint-files.ts";
import { RecordExamination, type Witnesses } from "./examination.ts";
import { openExport } from "./export.ts";
import { beginningOf, type Checkpoint, openNote, originOf } from "./note.ts";
import { readPublicKey } from "./signer.ts";

export interface Proof {
  /** The path of the folder `audit` in a data folder. */
  folder: string;
  database: string;
  /** The path of an export to verify in place of the database. */
  exported?: string | undefined;
  /** The path of a checkpoint that was stored on another machine. */
  checkpoint?: string | undefined;
  /** The path of a copy of the public key that was stored on another machine. */
  publicKey?: string | undefined;
}

export function verifyAudit(proof: Proof): AuditReport {
  const given = proof.checkpoint === undefined ? [] : [{ file: proof.checkpoint, note: read(proof.checkpoint) }];
  if (proof.exported !== undefined) {
    const { notes, rows, person } = openExport(proof.exported);
    const carried = notes.map((note) => ({ file: `${proof.exported}`, note }));
    return examine(opened([...carried, ...given], proof, undefined), rows, person);
  }
  // The checkpoints are read before the database, because a checkpoint must not be newer than the records.
  const kept = [...readCheckpoints(proof.folder), ...given];
  if (!existsSync(proof.database))
    throw new MusterError("REQUEST_INVALID", `there is no database ${proof.database}; name its folder with --data`);
  try {
    return withAuditProof(proof.database, ({ epoch, anchors, rows, person }) => {
      const notes = [...anchors().map((note) => ({ file: "the beginning noted in the database", note })), ...kept];
      return examine(opened(notes, proof, originOf(epoch)), rows(), remembered(person));
    });
  } catch (error) {
    return { ok: false, records: 0, signedTo: 0, findings: [damage(error, "the database file itself is damaged")] };
  }
}

interface Opened {
  checkpoints: Checkpoint[];
  beginnings: Checkpoint[];
  findings: AuditFinding[];
}

function opened(notes: KeptNote[], { folder, publicKey }: Proof, origin: string | undefined): Opened {
  const result: Opened = { checkpoints: [], beginnings: [], findings: [] };
  if (notes.length === 0) return result;
  const key = readPublicKey(folder, publicKey);
  for (const { file, note } of notes) {
    const checkpoint = openNote(note, key);
    const expected = origin ?? checkpoint?.origin.replace(/\/beginning$/, "");
    if (!checkpoint) result.findings.push({ kind: "forged", text: `${file}: this checkpoint is not signed by the key of this audit` });
    else if (expected !== undefined && checkpoint.origin === beginningOf(expected)) result.beginnings.push(checkpoint);
    else if (checkpoint.origin === expected) result.checkpoints.push(checkpoint);
    else
      result.findings.push({
        kind: "rewritten",
        text: `${file}: signed of another database, ${checkpoint.origin}; this one is ${expected}`,
      });
  }
  return result;
}

function examine(
  { findings, ...signed }: Opened,
  rows: Iterable<Parameters<RecordExamination["take"]>[0]>,
  person: Witnesses["person"],
): AuditReport {
  const examination = new RecordExamination({ ...signed, person });
  let taken = 0;
  const all = [...findings];
  try {
    for (const row of rows) {
      examination.take(row);
      taken += 1;
    }
  } catch (error) {
    all.push(damage(error, `after ${taken} records the database file itself is damaged`));
  }
  const report = examination.report();
  return { ...report, ok: report.ok && all.length === 0, findings: [...all, ...report.findings] };
}

/** Returns a finding for a database that SQLite cannot read. Throws every other error. */
function damage(error: unknown, what: string): AuditFinding {
  if (!(error instanceof Error && "code" in error && /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(String(error.code)))) throw error;
  return { kind: "altered", text: `${what}: ${error.message}` };
}

/** Caches digests of names, because most records have the same few actors. */
function remembered(person: Witnesses["person"]): Witnesses["person"] {
  const known = new Map<string, SaltedText>();
  return (digest) => {
    const kept = known.get(digest) ?? person(digest);
    if (kept !== undefined) known.set(digest, kept);
    return kept;
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new MusterError("REQUEST_INVALID", `the checkpoint ${file} cannot be read`, { cause });
  }
}
