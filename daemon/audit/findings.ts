/** Describes findings. Adjacent findings of one kind become one line, even if a million records were altered. */
import type { AuditFinding, AuditFindingKind } from "../contract/audit/audit-report.ts";

/** The maximum number of findings in a report. If the damage is scattered, the first findings are enough to act on. */
const MOST = 1000;

export class Findings {
  readonly #found: { kind: AuditFindingKind; from: number; to: number; why: string }[] = [];
  /**
   * The last finding of each kind and reason. A finding of the same kind and reason about the next record extends the
   * last finding.
   */
  readonly #latest = new Map<string, { kind: AuditFindingKind; from: number; to: number; why: string }>();
  #more = 0;

  add(kind: AuditFindingKind, from: number, to: number, why: string): void {
    const last = this.#latest.get(`${kind} ${why}`);
    const found = { kind, from, to, why };
    if (last && from === last.to + 1) last.to = to;
    else if (this.#found.length < MOST) {
      this.#found.push(found);
      this.#latest.set(`${kind} ${why}`, found);
    } else this.#more += 1;
  }

  list(): AuditFinding[] {
    const told = this.#found
      .toSorted((a, b) => a.from - b.from)
      .map(({ kind, from, to, why }) => ({ kind, from, to, text: `${which(from, to)} ${did(kind, from === to)}: ${why}` }));
    if (this.#more === 0) return told;
    return [...told, { kind: "altered", text: `${this.#more} more are not listed` }];
  }
}

const which = (from: number, to: number): string => (from === to ? `record ${from}` : `records ${from} to ${to}`);

function did(kind: AuditFindingKind, one: boolean): string {
  const [is, was] = one ? ["is", "was"] : ["are", "were"];
  switch (kind) {
    case "altered":
    case "rewritten":
      return `${was} ${kind}`;
    case "removed":
    case "truncated":
      return `${is} missing`;
    case "reordered":
      return `${is} not at ${one ? "its" : "their"} place`;
    case "forged":
    case "unsigned":
      return `${is} ${kind}`;
  }
}
