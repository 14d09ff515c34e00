/** The output of one job, grown by the frames of the live feed. It changes in place: a million lines are not copied for each that comes. */
import type { ServerFrame } from "../../../../daemon/contract/frame.ts";
import { isPlain, type Style, styleAfter, withoutColours } from "./ansi.ts";
import { printable } from "./printable.ts";

/** Lines are counted from the first that ever came, so a number stays true when earlier ones are let go. */
export interface Chapter {
  line: number;
  failed: boolean;
}

type Piece = Omit<Extract<ServerFrame, { type: "log" }>, "type" | "seq" | "jobId">;

/** A browser shows no box that is much higher than this many lines. */
const MOST_LINES = 900_000;

export class JobLog {
  /** Lines let go at the top. */
  dropped = 0;
  /** Byte offset to ask for next. */
  next = 0;
  end = false;
  /** A play, a task or a handler each, in order. */
  readonly chapters: Chapter[] = [];
  #pending = "";
  /** The last one may go on. */
  #lines: string[] = [""];
  #failures: number[] = [];
  /** How a line begins, where that is not plain. */
  readonly #styles = new Map<number, Style>();
  readonly #mostLines: number;

  constructor(mostLines = MOST_LINES) {
    this.#mostLines = mostLines;
  }

  /** One past the last line. */
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

  /** False when it is not what comes next: the same piece twice after a reconnect, or one that would leave a hole. */
  take({ offset, next, text, end }: Piece): boolean {
    if (offset !== this.next) return false;
    const come = printable(this.#pending, text);
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
    this.#letGo();
    return true;
  }

  /** A line is judged when it is whole. */
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

  #letGo(): void {
    // A tenth at a time: letting go moves all that is kept.
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

/** By the words Ansible begins its lines with. */
export function lineTone(line: string): LineTone {
  if (isHeading(line)) return "heading";
  if (/^(fatal|failed|ERROR!|\[ERROR\])/.test(line)) return "bad";
  if (/^changed:/.test(line)) return "changed";
  if (/^ok:/.test(line)) return "good";
  if (/^(skipping:|included:)/.test(line)) return "quiet";
  return "plain";
}

const isHeading = (line: string): boolean => /^(PLAY|TASK|RUNNING HANDLER)\b/.test(line);

/** Somebody who scrolled up is reading: new lines must not pull them away. */
export const atEnd = (box: { scrollTop: number; clientHeight: number; scrollHeight: number }) =>
  box.scrollHeight - box.clientHeight - box.scrollTop < 24;
