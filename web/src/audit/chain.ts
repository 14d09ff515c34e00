/**
 * Verifies an audit export. Every hash is computed from the exported lines, so no other answer of the daemon is trusted.
 * Pure.
 */
import { type Kept, readLine, readNote, type SealedLine } from "./audit-line.ts";
import { sha256Hex } from "./digest.ts";

export interface Break {
  /** The number of the record at which the chain breaks. */
  at: number;
  text: string;
}

export interface ChainState {
  records: number;
  first: number | undefined;
  /** The number of the last record that was checked. The value is 0 before the first record. */
  last: number;
  /** The number of the last record whose hash matches a checkpoint. The value is 0 if no checkpoint matches. */
  signedTo: number;
  breaks: readonly Break[];
}

const MOST_BREAKS = 20;
const NOTHING_BEFORE = "0".repeat(64);

export class Chain {
  #records = 0;
  #first: number | undefined;
  #last = 0;
  #signedTo = 0;
  #previous: string | undefined = NOTHING_BEFORE;
  readonly #roots = new Map<number, string>();
  readonly #beginnings = new Map<number, string>();
  readonly #breaks: Break[] = [];

  take(lines: string): void {
    for (const line of lines.split("\n")) {
      if (line === "") continue;
      const read = readLine(line);
      if (read === undefined) this.#break(this.#last + 1, "this line is not a record");
      else if (read.kind === "note") this.#note(read.note);
      else this.#record(read);
    }
  }

  state(): ChainState {
    return { records: this.#records, first: this.#first, last: this.#last, signedTo: this.#signedTo, breaks: [...this.#breaks] };
  }

  /** Call this method after the last line of the export. */
  conclude(): ChainState {
    const promised = Math.max(0, ...this.#roots.keys());
    if (promised > this.#last) this.#break(this.#last + 1, `a checkpoint exists for record ${promised}: the end is missing`);
    return this.state();
  }

  #note(note: string): void {
    const read = readNote(note);
    if (read === undefined) this.#break(0, "a checkpoint is unreadable");
    else (read.isBeginning ? this.#beginnings : this.#roots).set(read.size, read.root);
  }

  #record(line: SealedLine): void {
    const { seq, prevHash } = line.record;
    if (this.#first === undefined) this.#begin(seq);
    else if (seq !== this.#last + 1) {
      this.#break(this.#last + 1, seq > this.#last ? `records are missing up to ${seq - 1}` : `record ${seq} is in its place`);
      this.#previous = undefined;
    }
    this.#records += 1;
    this.#last = seq;
    if (sha256Hex(line.text) !== line.hash) this.#break(seq, "it was altered: its hash does not match");
    else if (this.#previous !== undefined && prevHash !== this.#previous)
      this.#break(seq, "it does not contain the hash of the previous record");
    else this.#texts(line);
    const root = this.#roots.get(seq);
    if (root === line.hash) this.#signedTo = seq;
    else if (root !== undefined) this.#break(seq, "it does not match a signed checkpoint");
    this.#previous = line.hash;
  }

  /**
   * Older records may have been dropped, so the chain may begin at a later record. A note in the export states the
   * number of the first remaining record.
   */
  #begin(seq: number): void {
    this.#first = seq;
    if (seq === 1) return;
    this.#previous = this.#beginnings.get(seq - 1);
    if (this.#previous === undefined) this.#break(1, `records are missing up to ${seq - 1}, and no note states that they were dropped`);
  }

  /**
   * Compares the stored names and reasons with their digests in the record. An erased text is skipped, because no text is
   * left to compare.
   */
  #texts({ record: { seq, actor, reason: digest }, name, onBehalfOf, reason }: SealedLine): void {
    const fits = (kept: Kept | undefined, wanted: string | undefined) =>
      kept === undefined || sha256Hex(`${kept.salt}\n${kept.text}`) === wanted;
    if (!fits(name, actor.name) || !fits(onBehalfOf, actor.onBehalfOf)) this.#break(seq, "the name does not match its hash");
    if (!fits(reason, digest)) this.#break(seq, "the reason does not match its hash");
  }

  #break(at: number, text: string): void {
    if (this.#breaks.length < MOST_BREAKS) this.#breaks.push({ at, text });
  }
}
