/** Reads the parts of a record's text that are needed for the examination. */

export interface RecordParts {
  seq: number;
  prevHash: string;
  action: string;
  subject: string;
  actor: { name: string; onBehalfOf?: string };
  reason?: string;
}

/**
 * Returns undefined if the text is not a record. A text that cannot be read as a record counts as altered, even if its
 * hash matches.
 */
export function readRecord(text: string): RecordParts | undefined {
  try {
    const value: RecordParts = JSON.parse(text);
    return typeof value.seq === "number" && typeof value.prevHash === "string" && typeof value.actor?.name === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
