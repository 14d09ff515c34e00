/** A slice of a job's output, redacted. A slice never ends inside a possible secret, and is redacted together with the text before it. */
import { type OutputStretch, readKept, stretches } from "./kept-output.ts";

export interface Slice {
  text: string;
  /** The byte offset after `text`. */
  next: number;
  /** Nothing follows at the moment. */
  atEnd: boolean;
}

export const SLICE_BYTES = 256 * 1024;
/** Longer than any private key. One without an end within this length is not a key, or is hidden without its end. */
const CONTEXT_BYTES = 16 * 1024;
const TAIL_BYTES = 4 * CONTEXT_BYTES;
const KEY_BEGIN = /-----BEGIN [A-Z ]*PRIVATE KEY-----/g;
const KEY_END = /-----END [A-Z ]*PRIVATE KEY-----/g;
const NEWLINE = 10;

/** `growing`: the file is still written, so its last line may be incomplete. `mostBytes` is at least twice the context. */
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

/** The text after a gap may begin inside a secret. Its first bytes serve as context only, and only whole lines are shown. */
function shownFrom(stretch: OutputStretch): number {
  return lineIn(stretch, Math.min(stretch.start + CONTEXT_BYTES, stretch.end));
}

/** The offset of the next line. It is `offset` itself when no line begins soon, or when nothing is kept there. */
export function lineAfter(file: string, offset: number): number {
  const stretch = stretches(file).findLast(({ start }) => offset >= start);
  return stretch ? lineIn(stretch, offset) : offset;
}

const lineIn = (stretch: OutputStretch, from: number): number => from + readKept(stretch, from, CONTEXT_BYTES).indexOf(NEWLINE) + 1;

/** The end of the output, not redacted. It is long enough that a private key is recognised as a whole. */
export function readTail(file: string): string {
  const last = stretches(file).at(-1);
  return last ? readKept(last, Math.max(last.start, last.end - TAIL_BYTES), TAIL_BYTES).toString("utf8") : "";
}

/** The length of a chunk that can be redacted now: whole lines, and no private key without its end. */
function safeLength(chunk: Buffer, full: boolean): number {
  const lines = chunk.lastIndexOf(NEWLINE) + 1;
  const length = lines === 0 && full ? beforeHalfCharacter(chunk) : lines;
  // One byte is one character, so positions in the text are positions in the file.
  const text = chunk.toString("latin1");
  const begin = last(KEY_BEGIN, text);
  if (begin === undefined || begin < (last(KEY_END, text) ?? -1) || chunk.length - begin >= CONTEXT_BYTES) return length;
  const lineStart = text.lastIndexOf("\n", begin) + 1;
  return Math.min(length, lineStart === 0 && full ? begin : lineStart);
}

/** A request may begin at any offset, even inside a secret. So the text is redacted together with its context. */
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
