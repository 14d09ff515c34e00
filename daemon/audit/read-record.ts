/** Reads the parts of a record that its examination needs from the record's text. */

export interface RecordParts {
  seq: number;
  prevHash: string;
  action: string;
  subject: string;
  actor: { name: string; onBehalfOf?: string };
  reason?: string;
}

/** Returns undefined if the text is not a record. Such a text was altered, even if its hash matches. */
export function readRecord(text: string): RecordParts | undefined {
  try {
    const value: RecordParts = JSON.parse(text);
    return typeof value.seq === "number" && typeof value.prevHash === "string" && typeof value.actor?.name === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
