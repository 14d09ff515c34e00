/**
 * Turns an entry into a record with its proof: canonical JSON that contains the hash of the previous record.
 * All functions are pure, except that the salts are random.
 */
import { hash, randomBytes } from "node:crypto";
import canonicalize from "canonicalize";
import * as z from "zod";
import { AuditEntry, type AuditRecord } from "../contract/audit/audit.ts";
import { Digest } from "../contract/changes/plan.ts";
import { Instant } from "../contract/names.ts";
import type { ListedRow, SealedRow } from "../store/audit/audit.ts";
import type { SaltedText } from "../store/audit/audit-proof.ts";

/** The value that the first record contains as its previous hash. */
export const BEGINNING = "0".repeat(64);

/**
 * The hashed part of a record. Names and reasons are stored as salted digests, so that their erasure does not
 * change the hash.
 */
export const Sealed = AuditEntry.extend({
  actor: z.object({ keyId: z.string(), name: Digest, role: z.string(), onBehalfOf: Digest.optional() }),
  reason: Digest.optional(),
  seq: z.int().min(1),
  at: Instant,
  prevHash: Digest,
});
export type Sealed = z.output<typeof Sealed>;

export const ERASED = "(erased)";

export const recordHashOf = (text: string): Digest => hash("sha256", text);

/** Adds a salt of 128 random bits to a text. An attacker who does not know the salt cannot find the text by trying names. */
export const keep = (text: string): SaltedText => ({ salt: randomBytes(16).toString("hex"), text });

export const personalDigestOf = ({ salt, text }: SaltedText): Digest => recordHashOf(`${salt}\n${text}`);

export function seal(record: Sealed): SealedRow {
  const text = canonicalize(record);
  if (text === undefined) throw new TypeError("a record is an object");
  return { seq: record.seq, record: text, hash: recordHashOf(text) };
}

/** Cleans and shortens texts from machines and people, so that no text can prevent a record from being written. */
export function tidy(entry: AuditEntry): AuditEntry {
  const { actor, subject, summary, reason, result } = entry;
  return {
    ...entry,
    actor: { ...actor, name: plain(actor.name, 200), ...(actor.onBehalfOf !== undefined && { onBehalfOf: plain(actor.onBehalfOf, 200) }) },
    subject: plain(subject, 200),
    summary: plain(summary, 500),
    ...(reason !== undefined && { reason: plain(reason, 500) }),
    ...(result !== undefined && { result: plain(result, 100) }),
  };
}

const plain = (text: string, room: number): string =>
  text
    .replace(/\p{Cc}/gu, " ")
    .slice(0, room)
    .toWellFormed();

/**
 * Returns the record of a row. An intent from before `bootedAt` without an outcome has the result `unknown`,
 * because no outcome can follow.
 */
export function reveal(row: ListedRow, bootedAt: Instant): AuditRecord {
  const { actor, reason, ...rest } = Sealed.parse(JSON.parse(row.record));
  const result = rest.action === "intent" ? resultOfIntent(row, rest.at < bootedAt) : rest.result;
  return {
    ...rest,
    actor: {
      ...actor,
      name: row.name ?? ERASED,
      ...(actor.onBehalfOf !== undefined && { onBehalfOf: row.behalf ?? ERASED }),
    },
    ...(reason !== undefined && { reason: row.reason ?? ERASED }),
    ...(result !== undefined && { result }),
    hash: row.hash,
  };
}

function resultOfIntent({ ended, outcome }: ListedRow, old: boolean): string | undefined {
  if (ended) return outcome ?? undefined;
  return old ? "unknown" : undefined;
}
