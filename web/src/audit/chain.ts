/** Goes over an export of the audit line by line and computes every hash anew. It believes no word of the daemon but the lines. Pure. */
import { type Kept, readLine, readNote, type SealedLine } from "./audit-line.ts";
import { sha256Hex } from "./digest.ts";

export interface Break {
  /** The number of the record where the chain does not hold. */
  at: number;
  text: string;
}

export interface ChainState {
  records: number;
  first: number | undefined;
  /** The last record that was looked at; 0 before the first. */
  last: number;
  /** The last record a checkpoint tells of with the hash it has here; 0: none. */
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
      if (read === undefined) this.#break(this.#last + 1, "this is no record any more");
      else if (read.kind === "note") this.#note(read.note);
      else this.#record(read);
    }
  }

  state(): ChainState {
    return { records: this.#records, first: this.#first, last: this.#last, signedTo: this.#signedTo, breaks: [...this.#breaks] };
  }

  /** With the end known. */
  conclude(): ChainState {
    const promised = Math.max(0, ...this.#roots.keys());
    if (promised > this.#last) this.#break(this.#last + 1, `a checkpoint was signed at record ${promised}: the end is missing`);
    return this.state();
  }

  #note(note: string): void {
    const read = readNote(note);
    if (read === undefined) this.#break(0, "a checkpoint cannot be read");
    else (read.isBeginning ? this.#beginnings : this.#roots).set(read.size, read.root);
  }

  #record(line: SealedLine): void {
    const { seq, prevHash } = line.record;
    if (this.#first === undefined) this.#begin(seq);
    else if (seq !== this.#last + 1) {
      this.#break(this.#last + 1, seq > this.#last ? `records are missing up to ${seq - 1}` : `record ${seq} stands in its place`);
      this.#previous = undefined;
    }
    this.#records += 1;
    this.#last = seq;
    if (sha256Hex(line.text) !== line.hash) this.#break(seq, "it was altered: it does not give its own hash");
    else if (this.#previous !== undefined && prevHash !== this.#previous)
      this.#break(seq, "it does not name the hash of the record before");
    else this.#texts(line);
    const root = this.#roots.get(seq);
    if (root === line.hash) this.#signedTo = seq;
    else if (root !== undefined) this.#break(seq, "it is not what a checkpoint was signed for");
    this.#previous = line.hash;
  }

  /** Older records may have been dropped; then a note says where the rest begins. */
  #begin(seq: number): void {
    this.#first = seq;
    if (seq === 1) return;
    this.#previous = this.#beginnings.get(seq - 1);
    if (this.#previous === undefined) this.#break(1, `records are missing up to ${seq - 1}, and no note says that they were dropped`);
  }

  /** Names and reasons stand in a record as digests; one that was erased is not there to be compared. */
  #texts({ record: { seq, actor, reason: digest }, name, onBehalfOf, reason }: SealedLine): void {
    const fits = (kept: Kept | undefined, wanted: string | undefined) =>
      kept === undefined || sha256Hex(`${kept.salt}\n${kept.text}`) === wanted;
    if (!fits(name, actor.name) || !fits(onBehalfOf, actor.onBehalfOf)) this.#break(seq, "the name is not the one that was hashed");
    if (!fits(reason, digest)) this.#break(seq, "the reason is not the one that was hashed");
  }

  #break(at: number, text: string): void {
    if (this.#breaks.length < MOST_BREAKS) this.#breaks.push({ at, text });
  }
}
