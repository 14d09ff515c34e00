/**
 * Writes the audit as lines of JSON that contain their own proof. Signed notes are first, followed by every
 * record with its hash and its personal texts.
 */
import { closeSync, openSync, readSync } from "node:fs";
import canonicalize from "canonicalize";
import * as z from "zod";
import { MusterError } from "../errors/errors.ts";
import type { ExportRow } from "../store/audit/audit.ts";
import type { ProofRow, SaltedText } from "../store/audit/audit-proof.ts";
import { UNPLACED } from "./examination.ts";
import { PlainFields, plainFields } from "./plain-fields.ts";

const Text = z.strictObject({ salt: z.string(), text: z.string() });
const Line = z.union([
  z.strictObject({ note: z.string() }),
  z.strictObject({
    record: z.looseObject({ actor: z.looseObject({ name: z.string(), onBehalfOf: z.string().optional() }) }),
    hash: z.string(),
    name: Text.optional(),
    onBehalfOf: Text.optional(),
    reason: Text.optional(),
    // Exports of earlier versions have none of these fields.
    ...PlainFields.partial().shape,
  }),
]);

export const noteLine = (note: string): string => `${JSON.stringify({ note })}\n`;

export function recordLine({ record, hash, ...texts }: ExportRow): string {
  const kept = Object.entries(texts).map(([name, { salt, text }]) => `,${JSON.stringify(name)}:${JSON.stringify({ salt, text })}`);
  const plain = plainFields(record, hash, { name: texts.name?.text, onBehalfOf: texts.onBehalfOf?.text });
  return `{"record":${record},"hash":${JSON.stringify(hash)}${kept.join("")}${plain ? `,${JSON.stringify(plain).slice(1, -1)}` : ""}}\n`;
}

export interface OpenExport {
  notes: string[];
  rows: Iterable<ProofRow>;
  /** Returns a personal text of the current row. Each line of an export contains its own personal texts. */
  person(digest: string): SaltedText | undefined;
}

export function openExport(file: string): OpenExport {
  const persons = new Map<string, SaltedText>();
  const lines = parsed(file);
  const notes: string[] = [];
  let first = lines.next();
  for (; !first.done && "note" in first.value; first = lines.next()) notes.push(first.value.note);
  function* rows(): Iterable<ProofRow> {
    for (let line = first; !line.done; line = lines.next()) {
      if ("note" in line.value) continue;
      const { record, hash, name, onBehalfOf, reason, ...plain } = line.value;
      persons.clear();
      if (name) persons.set(record.actor.name, name);
      if (onBehalfOf && record.actor.onBehalfOf !== undefined) persons.set(record.actor.onBehalfOf, onBehalfOf);
      // A program that reads only the plain fields must not read another audit than the verified one. So a line with other
      // plain fields counts as altered.
      const text = canonicalize(record) ?? "";
      const isSame = isRepeated(plain, text, hash, { name: name?.text, onBehalfOf: onBehalfOf?.text });
      yield [UNPLACED, isSame ? text : `${text}\n`, hash, reason?.salt ?? null, reason?.text ?? null];
    }
  }
  return { notes, rows: rows(), person: (digest) => persons.get(digest) };
}

/** True if the line has no plain fields, as in an export of an earlier version, or if the plain fields repeat the record. */
function isRepeated(plain: object, record: string, hash: string, names: Parameters<typeof plainFields>[2]): boolean {
  return Object.keys(plain).length === 0 || canonicalize(plain) === canonicalize(plainFields(record, hash, names));
}

function* parsed(file: string): Generator<z.output<typeof Line>> {
  let number = 0;
  for (const text of linesOf(file)) {
    number += 1;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new MusterError("REQUEST_INVALID", `${file}, line ${number} is not JSON`, { cause });
    }
    const line = Line.safeParse(value);
    if (!line.success)
      throw new MusterError("REQUEST_INVALID", `${file}, line ${number} is no line of an audit's export`, { cause: line.error });
    yield line.data;
  }
}

/** Reads an export line by line, because an export may be larger than the memory. */
function* linesOf(file: string): Generator<string> {
  const descriptor = openSync(file, "r");
  try {
    const chunk = Buffer.alloc(1 << 20);
    let rest = Buffer.alloc(0);
    for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) {
      let bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
        if (end > 0) yield bytes.toString("utf8", 0, end);
        bytes = bytes.subarray(end + 1);
      }
      rest = bytes;
    }
    if (rest.length > 0) yield rest.toString("utf8");
  } finally {
    closeSync(descriptor);
  }
}
