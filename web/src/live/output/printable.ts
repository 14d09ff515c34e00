/** Removes terminal control sequences from output that arrives in pieces. Only text and colours remain in the result. */

/** `text` is the printable text. `pending` is the start of an unfinished escape sequence, which belongs to the next piece. */
export interface Printable {
  text: string;
  pending: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern must match control characters
const sequence = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const unfinished = /(?:\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_][^\x1b]*\x1b?|[ -/]*)?|\r)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const colour = /^\x1b\[[0-9;]{0,60}m$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const control = /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]|\x1b(?!\[[0-9;]{0,60}m)/g;
/** Marks that change the reading direction could make a line look like a different text. */
const bidirectional = /[\u202a-\u202e\u2066-\u2069]/g;
/** The maximum length of an unfinished sequence, so that the sequence cannot delay the output forever. */
const LONGEST_PENDING = 4096;

export function printablePiece(pending: string, piece: string): Printable {
  const raw = pending + piece;
  const cut = unfinished.exec(raw)?.index ?? raw.length;
  const wait = raw.length - cut <= LONGEST_PENDING ? cut : raw.length;
  const text = raw
    .slice(0, wait)
    .replace(sequence, (found) => (colour.test(found) ? found : ""))
    .replace(/\r\n?/g, "\n")
    .replace(control, "")
    .replace(bidirectional, "");
  return { text, pending: raw.slice(wait) };
}
