/** Random damage: an audit is proven only while it is unchanged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RecordExamination, UNPLACED } from "../../../daemon/audit/examination.ts";
import { recordHashOf } from "../../../daemon/audit/seal.ts";
import { type ProofRow, withAuditProof } from "../../../daemon/store/audit/audit-proof.ts";
import { intent, openAuditLab, outcome } from "../../support/audit.ts";

const COUNT = 12;

type Damage = (rows: ProofRow[]) => ProofRow[];

const place = fc.nat(COUNT - 1);

const flip = (text: string | null, at: number): string | null => {
  if (text === null || text === "") return text;
  const index = at % text.length;
  return text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 1) + text.slice(index + 1);
};

/** A change of one character in one of the columns of one row. */
const flipped = fc.tuple(place, fc.nat(4), fc.nat(1000)).map(
  ([row, column, at]): Damage =>
    (rows) => {
      const changed: ProofRow = [...(rows[row % rows.length] as ProofRow)];
      if (column === 0) changed[0] += 1 + at;
      if (column === 1 || column === 2) changed[column] = flip(changed[column], at) ?? "";
      if (column === 3 || column === 4) changed[column] = flip(changed[column], at);
      return rows.with(row % rows.length, changed);
    },
);
const dropped = place.map(
  (row): Damage =>
    (rows) =>
      rows.toSpliced(row % rows.length, 1),
);
const cut = place.map(
  (row): Damage =>
    (rows) =>
      rows.slice(0, row),
);
const doubled = fc.tuple(place, place).map(
  ([from, to]): Damage =>
    (rows) =>
      rows.toSpliced(to % rows.length, 0, rows[from % rows.length]!),
);
const swapped = fc.tuple(place, place).map(
  ([a, b]): Damage =>
    (rows) => {
      const [i, j] = [a % rows.length, b % rows.length];
      return rows.with(i, rows[j]!).with(j, rows[i]!);
    },
);
const renumbered = place.map(
  (row): Damage =>
    (rows) =>
      rows.toSpliced(row % rows.length, 1).map((each, index) => [index + 1, each[1], each[2], each[3], each[4]]),
);
/** The best forgery without the key: from this record to the last, every hash matches. */
const rewritten = place.map(
  (row): Damage =>
    (rows) => {
      let prevHash: string | undefined;
      return rows.map((each, index) => {
        if (index < row % rows.length) return each;
        const text =
          prevHash === undefined
            ? each[1].replace('"subject":"', '"subject":"another ')
            : each[1].replace(/"prevHash":"[^"]*"/, `"prevHash":"${prevHash}"`);
        prevHash = recordHashOf(text);
        return [each[0], text, prevHash, each[3], each[4]];
      });
    },
);

test("after any change of rows, in a table or in an export, the audit is no longer proven", (t) => {
  const lab = openAuditLab(t);
  for (let n = 1; n <= COUNT; n++)
    lab.audit.append(n % 3 === 0 ? outcome(`e${n}`, "failed") : { ...intent(`e${n}`), reason: `because ${n}` });
  const { checkpoint, rows, names } = withAuditProof(lab.database, ({ rows, person }) => {
    const all = [...rows()];
    const digests = all.map(([, record]) => JSON.parse(record).actor.name as string);
    return { rows: all, names: new Map(digests.map((digest) => [digest, person(digest)])), checkpoint: lab.audit.checkpoint()! };
  });
  const proven = (some: ProofRow[]): boolean => {
    const examination = new RecordExamination({ checkpoints: [checkpoint], beginnings: [], person: (digest) => names.get(digest) });
    for (const row of some) examination.take(row);
    return examination.report().ok;
  };
  const exported = (some: ProofRow[]) => some.map(([, ...rest]): ProofRow => [UNPLACED, ...rest]);
  assert.ok(proven(rows) && proven(exported(rows)));

  fc.assert(
    fc.property(
      fc.array(fc.oneof(flipped, dropped, cut, doubled, swapped, renumbered, rewritten), { minLength: 1, maxLength: 3 }),
      (damages) => {
        const damaged = damages.reduce((some, damage) => (some.length > 0 ? damage(some) : some), rows);
        assert.equal(proven(damaged), JSON.stringify(damaged) === JSON.stringify(rows));
        assert.equal(proven(exported(damaged)), JSON.stringify(exported(damaged)) === JSON.stringify(exported(rows)));
      },
    ),
    { numRuns: 1000 },
  );
});
