/** Checks that stored names and reasons match their hashes. Checks for an erasure record for each missing name or reason. */
import type { Digest } from "../contract/changes/plan.ts";
import type { SaltedText } from "../store/audit/audit-proof.ts";
import type { Findings } from "./findings.ts";
import type { RecordParts } from "./read-record.ts";
import { personalDigestOf } from "./seal.ts";

/** Returns the subject of an erasure record, which identifies the person by a digest only. */
export const erasureOf = (digest: Digest): string => `person ${digest}`;

export class PersonalTexts {
  readonly #findings: Findings;
  readonly #person: (digest: Digest) => SaltedText | undefined;
  readonly #proven = new Map<Digest, SaltedText>();
  readonly #gone = new Map<Digest, number>();
  readonly #goneReasons: { seq: number; persons: Digest[] }[] = [];
  readonly #erased = new Set<string>();

  constructor(findings: Findings, person: (digest: Digest) => SaltedText | undefined) {
    this.#findings = findings;
    this.#person = person;
  }

  look(seq: number, { action, subject, actor, reason }: RecordParts, kept: SaltedText | undefined): void {
    if (action === "erasure") this.#erased.add(subject);
    this.#name(seq, actor.name);
    if (actor.onBehalfOf !== undefined) this.#name(seq, actor.onBehalfOf);
    if (kept !== undefined) {
      if (reason !== personalDigestOf(kept)) this.#findings.add("altered", seq, seq, "the reason is not the one that was hashed");
    } else if (reason !== undefined) {
      this.#goneReasons.push({ seq, persons: [actor.name, actor.onBehalfOf ?? actor.name] });
    }
  }

  /**
   * Reports missing texts whose erasure is not recorded. The check runs after all records, because an erasure
   * is recorded after the erased records.
   */
  conclude(): void {
    const erased = (digest: Digest) => this.#erased.has(erasureOf(digest));
    for (const [digest, seq] of this.#gone)
      if (!erased(digest)) this.#findings.add("altered", seq, seq, "the name is gone, and no erasure is recorded");
    for (const { seq, persons } of this.#goneReasons)
      if (!persons.some(erased)) this.#findings.add("altered", seq, seq, "the reason is gone, and no erasure is recorded");
  }

  #name(seq: number, digest: Digest): void {
    const kept = this.#person(digest);
    if (kept === undefined) {
      if (!this.#gone.has(digest)) this.#gone.set(digest, seq);
    } else if (kept !== this.#proven.get(digest)) {
      if (personalDigestOf(kept) === digest) this.#proven.set(digest, kept);
      else this.#findings.add("altered", seq, seq, "the name is not the one that was hashed");
    }
  }
}
