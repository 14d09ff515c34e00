/** Parses a line of an audit export. Each line contains a signed note, or a hashed record with its texts. Pure. */
export interface Kept {
  salt: string;
  text: string;
}

export interface SealedLine {
  kind: "record";
  /** The exact text from which the hash was computed. */
  text: string;
  hash: string;
  record: { seq: number; prevHash: string; actor: { name: string; onBehalfOf?: string }; reason?: string };
  /** The field is missing if the name was erased. */
  name?: Kept;
  onBehalfOf?: Kept;
  reason?: Kept;
}

export type AuditLine = { kind: "note"; note: string } | SealedLine;

const BEGINNING = '{"record":';
/** A record cannot contain this text, because quotes in its texts are escaped and none of its fields is named `hash`. */
const AFTER = '},"hash":"';

/** Returns undefined if the line is neither a note nor a record. */
export function readLine(line: string): AuditLine | undefined {
  const value = parse(line);
  if (value === undefined) return undefined;
  if (typeof value.note === "string") return { kind: "note", note: value.note };
  const end = line.indexOf(AFTER);
  if (!line.startsWith(BEGINNING) || end === -1 || typeof value.hash !== "string" || typeof value.record?.seq !== "number")
    return undefined;
  const { record, hash, name, onBehalfOf, reason } = value;
  return {
    kind: "record",
    text: line.slice(BEGINNING.length, end + 1),
    hash,
    record,
    ...(name && { name }),
    ...(onBehalfOf && { onBehalfOf }),
    ...(reason && { reason }),
  };
}

/** A note states that the first `size` records end with the hash `root`. The page does not check the signature of the note. */
export function readNote(note: string): { size: number; root: string; isBeginning: boolean } | undefined {
  const [, origin, size, root] = /^([^\n]+)\n([1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n\n— /u.exec(note) ?? [];
  if (origin === undefined || size === undefined || root === undefined) return undefined;
  const bytes = Array.from(atob(root), (character) => character.charCodeAt(0).toString(16).padStart(2, "0"));
  return { size: Number(size), root: bytes.join(""), isBeginning: origin.endsWith("/beginning") };
}

interface Parsed {
  note?: unknown;
  record?: SealedLine["record"];
  hash?: unknown;
  name?: Kept;
  onBehalfOf?: Kept;
  reason?: Kept;
}

function parse(line: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
