/**
 * Examines the records once, in order, and reports the problems of each record. The code is pure: it reads no
 * file and no database.
 */
import type { AuditReport } from "../contract/audit/audit-report.ts";
import type { Digest } from "../contract/changes/plan.ts";
import type { ProofRow, SaltedText } from "../store/audit/audit-proof.ts";
import { Findings } from "./findings.ts";
import { Gaps } from "./gaps.ts";
import type { Checkpoint } from "./note.ts";
import { PersonalTexts } from "./personal-texts.ts";
import { readRecord } from "./read-record.ts";
import { BEGINNING, recordHashOf } from "./seal.ts";

/** Facts that the examination trusts, because their signatures have been checked. */
export interface Witnesses {
  checkpoints: readonly Checkpoint[];
  /** Each of these checkpoints marks a place where the records may begin after older records were dropped. */
  beginnings: readonly Checkpoint[];
  person(digest: Digest): SaltedText | undefined;
}

/** The hashes of the previous record. The stored hash and the computed hash differ if the record was altered. */
interface Previous {
  stored: string;
  computed: string;
}

/** The placeholder for the number of a row in an export, where only the record's own text contains the number. */
export const UNPLACED = 0;

const TORN = "text and hash do not belong together";

export class RecordExamination {
  readonly #witnesses: Witnesses;
  readonly #roots: Map<number, string>;
  readonly #findings = new Findings();
  readonly #gaps = new Gaps();
  readonly #texts: PersonalTexts;
  #records = 0;
  #first: number | undefined;
  #next = 0;
  #signedTo = 0;
  /** The number of the first record that has not been compared with a checkpoint. */
  #uncompared = 1;
  /** The previous record, or undefined if it is missing or unknown. */
  #previous: Previous | undefined;

  constructor(witnesses: Witnesses) {
    this.#witnesses = witnesses;
    this.#roots = new Map(witnesses.checkpoints.map(({ size, root }) => [size, root]));
    this.#texts = new PersonalTexts(this.#findings, (digest) => witnesses.person(digest));
  }

  take([place, record, hash, salt, text]: ProofRow): void {
    this.#records += 1;
    const computed = recordHashOf(record);
    const read = computed === hash ? readRecord(record) : undefined;
    const seq = place !== UNPLACED ? place : (read?.seq ?? Math.max(this.#next, 1));
    if (this.#first === undefined) this.#begin(seq);
    if (seq < this.#next) {
      // Only an export can be out of order, because the database returns the records sorted by number.
      this.#gaps.fill(seq);
      this.#findings.add("reordered", seq, seq, `it stands after record ${this.#next - 1}`);
      if (read === undefined) this.#findings.add("altered", seq, seq, TORN);
      return;
    }
    if (seq > this.#next) {
      this.#gaps.open(this.#next, seq - 1);
      this.#previous = undefined;
    }
    this.#next = seq + 1;
    if (read === undefined) {
      this.#findings.add("altered", seq, seq, TORN);
      this.#previous = { stored: hash, computed };
    } else if (read.seq !== seq) {
      this.#findings.add("reordered", seq, seq, "another record stands there");
      this.#previous = undefined;
    } else {
      this.#link(seq, read.prevHash);
      this.#texts.look(seq, read, salt === null || text === null ? undefined : { salt, text });
      this.#previous = { stored: hash, computed };
      this.#compare(seq, hash);
    }
  }

  report(): AuditReport {
    for (const [from, to] of this.#gaps.list()) this.#findings.add("removed", from, to, "the numbers jump");
    this.#texts.conclude();
    const last = this.#next - 1;
    const promised = Math.max(0, ...this.#roots.keys(), ...this.#witnesses.beginnings.map(({ size }) => size));
    const end = Math.max(last, 0);
    if (promised > end) this.#findings.add("truncated", end + 1, promised, "a signed checkpoint has them");
    if (this.#roots.size === 0 && this.#records > 0)
      this.#findings.add("unsigned", this.#first ?? 1, last, "no checkpoint vouches for the end; more may have stood there");
    const findings = this.#findings.list();
    return {
      ok: findings.length === 0,
      records: this.#records,
      ...(this.#first !== undefined && { first: this.#first, last }),
      signedTo: this.#signedTo,
      findings,
    };
  }

  #begin(seq: number): void {
    this.#first = seq;
    const left = this.#witnesses.beginnings.toSorted((a, b) => a.size - b.size);
    const anchor = left.find(({ size }) => size === seq - 1);
    const known = anchor ?? left.findLast(({ size }) => size < seq) ?? { size: 0, root: BEGINNING };
    this.#next = known.size + 1;
    this.#signedTo = known.size;
    this.#uncompared = known.size + 1;
    this.#previous = { stored: known.root, computed: known.root };
  }

  #link(seq: number, prevHash: string): void {
    if (this.#previous === undefined || prevHash === this.#previous.stored || prevHash === this.#previous.computed) return;
    const altered = this.#previous.stored !== this.#previous.computed;
    if (!altered) this.#findings.add("rewritten", Math.max(seq - 1, 1), seq, "the second does not name the hash of the first");
  }

  #compare(seq: number, hash: string): void {
    const root = this.#roots.get(seq);
    if (root === undefined) return;
    if (root === hash) this.#signedTo = seq;
    else this.#findings.add("rewritten", this.#uncompared, seq, `the checkpoint signed at record ${seq} had another hash`);
    this.#uncompared = seq + 1;
  }
}
