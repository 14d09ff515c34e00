/**
 * Reads a redacted slice of a job's output. A slice never ends inside a possible secret. Each slice is redacted together with
 * the text before the slice.
 */
import { type OutputStretch, readKept, stretches } from "./kept-output.ts";

export interface Slice {
  text: string;
  /** The byte offset after `text`. */
  next: number;
  /** True if the output contains no further bytes yet. */
  atEnd: boolean;
}

export const SLICE_BYTES = 256 * 1024;
/**
 * This number of bytes is larger than any private key. If a key does not end within this length, the text is not a
 * private key.
 */
const CONTEXT_BYTES = 16 * 1024;
const TAIL_BYTES = 4 * CONTEXT_BYTES;
const KEY_BEGIN = /-----BEGIN [A-Z ]*PRIVATE KEY-----/g;
const KEY_END = /-----END [A-Z ]*PRIVATE KEY-----/g;
const NEWLINE = 10;

/**
 * Reads a slice. If `growing` is true, the file is still being written and its last line may be incomplete. `mostBytes` is at
 * least twice `CONTEXT_BYTES`.
 */
export function readSlice(
  file: string,
  after: number,
  growing: boolean,
  redact: (text: string) => string,
  mostBytes: number = SLICE_BYTES,
): Slice {
  const all = stretches(file);
  const index = all.findLastIndex((stretch) => after >= stretch.start && (stretch.start === 0 || after >= shownFrom(stretch)));
  const [stretch, following] = [all[index], all[index + 1]];
  if (!stretch) return { text: "", next: after, atEnd: !growing };
  const from = Math.max(stretch.start, after - CONTEXT_BYTES);
  const before = readKept(stretch, from, after - from);
  const chunk = readKept(stretch, after, mostBytes);
  const full = chunk.length === mostBytes;
  const more = growing || following !== undefined || full;
  const length = more ? safeLength(chunk, full) : chunk.length;
  if (length === 0 && following) {
    const next = shownFrom(following);
    return {
      text: `\n[muster: ${next - after} bytes of output were left out here; jobs.ansible.output_mib sets how much is kept]\n`,
      next,
      atEnd: false,
    };
  }
  const shown = chunk.subarray(0, length).toString("utf8");
  return { text: inContext(before.toString("utf8"), shown, redact), next: after + length, atEnd: !more };
}

/**
 * Returns the offset of the first line to show after a gap. The text after a gap may begin inside a secret, so the
 * beginning of the text is not shown.
 */
function shownFrom(stretch: OutputStretch): number {
  return lineIn(stretch, Math.min(stretch.start + CONTEXT_BYTES, stretch.end));
}

/**
 * Returns the offset of the next line. Returns `offset` itself if no line begins nearby, or if the output there was
 * removed.
 */
export function lineAfter(file: string, offset: number): number {
  const stretch = stretches(file).findLast(({ start }) => offset >= start);
  return stretch ? lineIn(stretch, offset) : offset;
}

const lineIn = (stretch: OutputStretch, from: number): number => from + readKept(stretch, from, CONTEXT_BYTES).indexOf(NEWLINE) + 1;

/**
 * Returns the last part of the output, which is not yet redacted. The returned text is long enough to contain a whole
 * private key.
 */
export function readTail(file: string): string {
  const last = stretches(file).at(-1);
  return last ? readKept(last, Math.max(last.start, last.end - TAIL_BYTES), TAIL_BYTES).toString("utf8") : "";
}

/**
 * Returns how many bytes of a chunk can be redacted now. The counted bytes contain only whole lines and no incomplete
 * private key.
 */
function safeLength(chunk: Buffer, full: boolean): number {
  const lines = chunk.lastIndexOf(NEWLINE) + 1;
  const length = lines === 0 && full ? beforeHalfCharacter(chunk) : lines;
  // Latin-1 decodes each byte to one character, so that positions in the text equal positions in the file.
  const text = chunk.toString("latin1");
  const begin = last(KEY_BEGIN, text);
  if (begin === undefined || begin < (last(KEY_END, text) ?? -1) || chunk.length - begin >= CONTEXT_BYTES) return length;
  const lineStart = text.lastIndexOf("\n", begin) + 1;
  return Math.min(length, lineStart === 0 && full ? begin : lineStart);
}

/** Redacts the text together with its context, because a request may begin at any offset, even inside a secret. */
function inContext(before: string, shown: string, redact: (text: string) => string): string {
  if (shown === "") return "";
  const context = redact(before);
  const whole = redact(before + shown);
  let same = 0;
  while (same < context.length && context[same] === whole[same]) same++;
  return whole.slice(same);
}

function beforeHalfCharacter(chunk: Buffer): number {
  for (let back = 1; back <= 3; back++) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte >= 0xc0) return chunk.length - back;
    if (byte < 0x80) break;
  }
  return chunk.length;
}

const last = (pattern: RegExp, text: string): number | undefined => [...text.matchAll(pattern)].at(-1)?.index;
