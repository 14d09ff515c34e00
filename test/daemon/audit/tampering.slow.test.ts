/** Changes by an attacker who can write to the file but does not have the key. Every change is found, with its place. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import canonicalize from "canonicalize";
import type { AuditReport } from "../../../daemon/contract/audit/audit-report.ts";
import { MusterError } from "../../../daemon/errors/errors.ts";
import { openDatabase } from "../../../daemon/store/database.ts";
import { type AuditLab, intent, openAuditLab, outcome } from "../../support/audit.ts";

/** Ten records, signed at the fifth on one day, and at the tenth on the next day. */
function tenRecords(t: TestContext): AuditLab {
  const lab = openAuditLab(t);
  for (let n = 1; n <= 10; n++) {
    lab.audit.append(n % 2 === 1 ? { ...intent(`e${n}`), reason: `reason ${n}` } : outcome(`e${n - 1}`, "succeeded"));
    if (n % 5 === 0) lab.sign(n === 5 ? "2026-11-21" : "2026-11-22");
  }
  return lab;
}

const told = ({ findings }: AuditReport) => findings.map(({ kind, from, to }) => [kind, from, to]);

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Rewrites the records from one number on as a consistent chain, which is not the signed one. */
function rewriteFrom(lab: AuditLab, first: number, change: (record: Record<string, unknown>) => void, last = 10): void {
  const db = openDatabase(lab.database);
  let prevHash = "";
  for (const { seq, record } of db.prepare<[], { seq: number; record: string }>("SELECT seq, record FROM audit ORDER BY seq").all()) {
    if (seq >= first && seq <= last) {
      const value = { ...JSON.parse(record), ...(seq > first && { prevHash }) };
      if (seq === first) change(value);
      const text = canonicalize(value)!;
      lab.tamper("UPDATE audit SET record = ?, hash = ? WHERE seq = ?", text, sha256(text), seq);
    }
    prevHash = db.prepare<[number], { hash: string }>("SELECT hash FROM audit WHERE seq = ?").get(seq)!.hash;
  }
  db.close();
}

test("unchanged records are proven, up to the last signed one", (t) => {
  const lab = tenRecords(t);
  lab.audit.append(intent("e11"));
  assert.deepEqual(lab.verify(), { ok: true, records: 11, first: 1, last: 11, signedTo: 10, findings: [] });
});

for (const [what, sql, expected] of [
  ["one byte of a record", "UPDATE audit SET record = replace(record, 'ssh', 'ssx') WHERE seq = 4", [["altered", 4, 4]]],
  ["one byte of a hash", "UPDATE audit SET hash = 'x' || substr(hash, 2) WHERE seq = 4", [["altered", 4, 4]]],
  ["one byte of the last hash", "UPDATE audit SET hash = 'x' || substr(hash, 2) WHERE seq = 10", [["altered", 10, 10]]],
  ["a name", "UPDATE audit_persons SET text = 'mallory'", [["altered", 1, 10]]],
  ["the salt of a name", "UPDATE audit_persons SET salt = 'x' || substr(salt, 2)", [["altered", 1, 10]]],
  ["the digest of a name", "UPDATE audit_persons SET digest = 'x' || substr(digest, 2)", [["altered", 1, 1]]],
  ["a reason", "UPDATE audit_reasons SET text = 'reason 4' WHERE seq = 3", [["altered", 3, 3]]],
  ["the salt of a reason", "UPDATE audit_reasons SET salt = 'x' || substr(salt, 2) WHERE seq = 3", [["altered", 3, 3]]],
  [
    "whose reason it is",
    "UPDATE audit_reasons SET seq = 4 WHERE seq = 3",
    [
      ["altered", 3, 3],
      ["altered", 4, 4],
    ],
  ],
] as const) {
  test(`${what} changed is found`, (t) => {
    const lab = tenRecords(t);
    lab.tamper(sql);
    assert.deepEqual(told(lab.verify()), expected);
  });
}

for (const [what, sql, expected] of [
  ["in the middle", "DELETE FROM audit WHERE seq = 4", [["removed", 4, 4]]],
  ["at the beginning", "DELETE FROM audit WHERE seq = 1", [["removed", 1, 1]]],
  ["at the end", "DELETE FROM audit WHERE seq = 10", [["truncated", 10, 10]]],
  ["from one record on", "DELETE FROM audit WHERE seq > 6", [["truncated", 7, 10]]],
  ["all", "DELETE FROM audit", [["truncated", 1, 10]]],
] as const) {
  test(`removed records are found: ${what}`, (t) => {
    const lab = tenRecords(t);
    lab.tamper(sql);
    assert.deepEqual(told(lab.verify()), expected);
  });
}

test("a removed record is found, even if the later ones are renumbered", (t) => {
  const lab = tenRecords(t);
  lab.tamper("DELETE FROM audit WHERE seq = 4");
  for (let n = 5; n <= 10; n++) lab.tamper("UPDATE audit SET seq = ? WHERE seq = ?", n - 1, n);
  assert.deepEqual(told(lab.verify()), [
    ["reordered", 4, 9],
    ["truncated", 10, 10],
  ]);
});

test("two records that changed places are both found", (t) => {
  const lab = tenRecords(t);
  for (const [from, to] of [
    [3, 99],
    [7, 3],
    [99, 7],
  ] as const)
    lab.tamper("UPDATE audit SET seq = ? WHERE seq = ?", to, from);
  assert.deepEqual(told(lab.verify()), [
    ["reordered", 3, 3],
    ["reordered", 7, 7],
  ]);
});

test("a rewritten record with a matching hash does not match the next record", (t) => {
  const lab = tenRecords(t);
  rewriteFrom(lab, 7, (record) => Object.assign(record, { summary: "nothing" }), 7);
  assert.deepEqual(told(lab.verify()), [["rewritten", 7, 8]]);
});

test("a rewritten end is found by the checkpoint, from the last valid checkpoint on", (t) => {
  const lab = tenRecords(t);
  rewriteFrom(lab, 7, (record) => Object.assign(record, { summary: "nothing" }));
  const report = lab.verify();
  assert.deepEqual(told(report), [["rewritten", 6, 10]]);
  assert.equal(report.signedTo, 5);
});

test("a checkpoint that was written without the key is reported as forged", (t) => {
  const lab = tenRecords(t);
  const file = join(lab.folder, "checkpoints/2026-11-22");
  writeFileSync(file, readFileSync(file, "utf8").replace("\n10\n", "\n9\n"));
  const report = lab.verify();
  assert.deepEqual(told(report), [["forged", undefined, undefined]]);
  assert.ok(report.findings[0]?.text.includes(file), report.findings[0]?.text);
});

test("an unsigned end is reported, and a copy from another machine proves what was cut off", (t) => {
  const lab = tenRecords(t);
  const copy = join(lab.folder, "copy");
  writeFileSync(copy, readFileSync(join(lab.folder, "checkpoints/2026-11-22")));
  rmSync(join(lab.folder, "checkpoints"), { recursive: true });
  lab.tamper("DELETE FROM audit WHERE seq > 8");
  assert.deepEqual(told(lab.verify()), [["unsigned", 1, 8]]);
  assert.deepEqual(told(lab.verify({ checkpoint: copy })), [["truncated", 9, 10]]);
});

test("a replaced audit is found, even if it has the name of the original", (t) => {
  const [lab, other] = [tenRecords(t), tenRecords(t)];
  assert.deepEqual(
    told(lab.verify({ database: other.database })).map(([kind]) => kind),
    ["rewritten", "rewritten", "unsigned"],
  );
  const db = openDatabase(lab.database);
  const { value } = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'epoch'").get()!;
  db.close();
  other.tamper("UPDATE meta SET value = ? WHERE key = 'epoch'", value);
  assert.deepEqual(told(lab.verify({ database: other.database })), [
    ["rewritten", 1, 5],
    ["rewritten", 6, 10],
  ]);
});

test("an old checkpoint does not justify a removed beginning", (t) => {
  const lab = tenRecords(t);
  const note = readFileSync(join(lab.folder, "checkpoints/2026-11-21"), "utf8");
  lab.tamper("DELETE FROM audit WHERE seq <= 5");
  lab.tamper("INSERT INTO audit_anchors (seq, note) VALUES (5, ?)", note);
  assert.deepEqual(told(lab.verify()), [["removed", 1, 5]]);
});

test("after any changed byte of the file, the audit reads as before, or the change is found", (t) => {
  const lab = tenRecords(t);
  lab.flush();
  const whole = readFileSync(lab.database);
  const before = everything(lab.database);
  const damaged = join(lab.folder, "damaged.db");
  let found = 0;
  for (let offset = 100; offset < whole.length; offset += 997) {
    const bytes = Buffer.from(whole);
    bytes[offset]! ^= 1 << (offset % 8);
    writeFileSync(damaged, bytes);
    if (!proven(lab, damaged)) found += 1;
    else assert.equal(everything(damaged), before, `a bit of byte ${offset} was not found`);
  }
  assert.ok(found > 3, `${found} found`);
});

/** A file without readable tables is refused as a whole. */
function proven(lab: AuditLab, database: string): boolean {
  try {
    return lab.verify({ database }).ok;
  } catch (error) {
    assert.ok(error instanceof MusterError, String(error));
    return false;
  }
}

/** The complete audit as it is read. */
function everything(database: string): string {
  const db = new Database(database, { readonly: true });
  try {
    return JSON.stringify(
      [
        "SELECT seq, record, hash FROM audit ORDER BY seq",
        "SELECT * FROM audit_reasons ORDER BY seq",
        "SELECT salt, text FROM audit_persons",
      ].map((sql) => db.prepare(sql).all()),
    );
  } finally {
    db.close();
  }
}
