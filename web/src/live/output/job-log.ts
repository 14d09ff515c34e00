/**
 * Stores the output of one job. Each frame of the live feed is added to the existing log, because copying a million
 * lines is too slow.
 */
import type { ServerFrame } from "../../../../daemon/contract/frame.ts";
import { isPlain, type Style, styleAfter, withoutColours } from "./ansi.ts";
import { printablePiece } from "./printable.ts";

/** Lines are counted from the first received line, so line numbers stay valid when earlier lines are dropped. */
export interface Chapter {
  line: number;
  failed: boolean;
}

type Piece = Omit<Extract<ServerFrame, { type: "log" }>, "type" | "seq" | "jobId">;

/** The maximum number of stored lines, because browsers cannot show a much higher box. */
const MOST_LINES = 900_000;

export class JobLog {
  /** The number of lines that were dropped at the top. */
  dropped = 0;
  /** The next byte offset to request. */
  next = 0;
  end = false;
  /** The headings of plays, tasks and handlers, in order. */
  readonly chapters: Chapter[] = [];
  #pending = "";
  /** The stored lines. More text may be added to the last line. */
  #lines: string[] = [""];
  #failures: number[] = [];
  /** Maps the number of a line to the style at the start of the line. Lines with the plain style are omitted. */
  readonly #styles = new Map<number, Style>();
  readonly #mostLines: number;

  constructor(mostLines = MOST_LINES) {
    this.#mostLines = mostLines;
  }

  /** The number of the last line plus one. */
  get length(): number {
    return this.dropped + this.#lines.length;
  }

  get empty(): boolean {
    return this.length === 1 && this.#lines[0] === "";
  }

  get firstFailure(): number | undefined {
    return this.#failures.find((line) => line >= this.dropped);
  }

  line(number: number): { text: string; style: Style | undefined } {
    return { text: this.#lines[number - this.dropped] ?? "", style: this.#styles.get(number) };
  }

  plain(number: number): string {
    return withoutColours(this.#lines[number - this.dropped] ?? "");
  }

  /** Returns false if the piece is a duplicate or leaves a gap in the log. */
  take({ offset, next, text, end }: Piece): boolean {
    if (offset !== this.next) return false;
    const come = printablePiece(this.#pending, text);
    this.#pending = come.pending;
    const [first = "", ...rest] = come.text.split("\n");
    let number = this.length - 1;
    this.#lines[this.#lines.length - 1] += first;
    for (const line of rest) {
      this.#finish(number);
      this.#lines.push(line);
      number += 1;
    }
    if (end) this.#finish(number);
    this.next = next;
    this.end = end;
    this.#dropOldest();
    return true;
  }

  /** Classifies a line as soon as the line is complete. */
  #finish(number: number): void {
    const { text, style } = this.line(number);
    const after = styleAfter(text, style);
    if (!isPlain(after)) this.#styles.set(number + 1, after);
    const plain = withoutColours(text);
    if (isHeading(plain)) this.chapters.push({ line: number, failed: false });
    const chapter = this.chapters.at(-1);
    if (lineTone(plain) === "bad") {
      this.#failures.push(number);
      if (chapter) chapter.failed = true;
    } else if (plain.startsWith("...ignoring")) {
      const failure = this.#failures.pop();
      const last = this.#failures.at(-1) ?? -1;
      if (chapter && failure !== undefined && last < chapter.line) chapter.failed = false;
    }
  }

  #dropOldest(): void {
    // A tenth of the lines is dropped at a time, because each drop moves all remaining lines.
    if (this.#lines.length <= this.#mostLines) return;
    const excess = this.#lines.length - Math.floor(this.#mostLines * 0.9);
    this.#lines = this.#lines.slice(excess);
    this.dropped += excess;
    for (const number of this.#styles.keys()) if (number < this.dropped) this.#styles.delete(number);
    const kept = this.chapters.findIndex(({ line }) => line >= this.dropped);
    this.chapters.splice(0, kept === -1 ? this.chapters.length : kept);
    this.#failures = this.#failures.filter((number) => number >= this.dropped);
  }
}

export type LineTone = "heading" | "good" | "changed" | "bad" | "quiet" | "plain";

/** Classifies a line by its first words, which Ansible prints. */
export function lineTone(line: string): LineTone {
  if (isHeading(line)) return "heading";
  if (/^(fatal|failed|ERROR!|\[ERROR\])/.test(line)) return "bad";
  if (/^changed:/.test(line)) return "changed";
  if (/^ok:/.test(line)) return "good";
  if (/^(skipping:|included:)/.test(line)) return "quiet";
  return "plain";
}

const isHeading = (line: string): boolean => /^(PLAY|TASK|RUNNING HANDLER)\b/.test(line);

/** Returns true if the box is scrolled to its end. If the user has scrolled up to read, new lines must not scroll the box. */
export const atEnd = (box: { scrollTop: number; clientHeight: number; scrollHeight: number }) =>
  box.scrollHeight - box.clientHeight - box.scrollTop < 24;
