/** Entries become records, and the database itself refuses changes of them. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { AuditRecord } from "../../../daemon/contract/audit/audit.ts";
import { atomically, openDatabase } from "../../../daemon/store/database.ts";
import { alice, intent, outcome } from "../../support/audit.ts";

function open(t: TestContext) {
  const db = openDatabase(":memory:");
  t.after(() => db.close());
  let now = Date.parse("2026-11-21T10:00:00Z");
  const clock = () => {
    now += 1000;
    return new Date(now);
  };
  return { db, clock, audit: new AuditLog(db, clock) };
}

test("a record has a number, a time and the hash of the previous record", (t) => {
  const { audit } = open(t);
  const first = audit.append({ ...intent("e1"), reason: "a disk is full" });
  const second = audit.append(outcome("e1", "succeeded"));
  assert.deepEqual([first.seq, second.seq], [1, 2]);
  assert.equal(first.prevHash, "0".repeat(64));
  assert.equal(second.prevHash, first.hash);
  assert.deepEqual(
    [second, first].map((record) => AuditRecord.parse(record).hash),
    audit.list().map(({ hash }) => hash),
  );
  assert.equal(audit.list()[1]?.reason, "a disk is full");
});

test("an entry of a failed transaction is not in the audit, and the numbers have no gap", (t) => {
  const { db, audit } = open(t);
  const kept = audit.append(intent("e1"));
  assert.throws(() =>
    atomically(db, () => {
      audit.append(intent("e2"));
      throw new Error("the change itself failed");
    }),
  );
  assert.equal(audit.append(intent("e3")).prevHash, kept.hash);
});

test("an intent is shown with its outcome, or as unknown if its process has ended", (t) => {
  const { db, clock, audit } = open(t);
  for (const id of ["ended", "lost"]) audit.append(intent(id));
  audit.append(outcome("ended", "succeeded"));
  const results = (log: AuditLog) => log.list({ action: "intent" }).map(({ executionId, result }) => [executionId, result]);
  assert.deepEqual(results(audit), [
    ["lost", undefined],
    ["ended", "succeeded"],
  ]);
  assert.deepEqual(results(new AuditLog(db, clock)), [
    ["lost", "unknown"],
    ["ended", "succeeded"],
  ]);
});

test("records are found by time, person, represented person and action, page by page", (t) => {
  const { audit } = open(t);
  const bob = { keyId: "k2", name: "bob", role: "agent", onBehalfOf: "alice" };
  for (const entry of [
    intent("e1"),
    { ...intent("e2"), actor: bob },
    { ...outcome("e2", "failed"), actor: { ...bob, onBehalfOf: "carol" } },
  ])
    audit.append(entry);
  const seqs = (query: Parameters<AuditLog["list"]>[0]) => audit.list(query).map(({ seq }) => seq);
  const [, second] = audit.list().toReversed();
  assert.deepEqual(seqs({ user: "alice" }), [2, 1]);
  assert.deepEqual(seqs({ user: "bob" }), [3, 2]);
  assert.deepEqual(seqs({ user: "nobody" }), []);
  assert.deepEqual(seqs({ action: "outcome" }), [3]);
  assert.deepEqual(seqs({ since: second!.at }), [3, 2]);
  assert.deepEqual(seqs({ until: second!.at }), [1]);
  assert.deepEqual(seqs({ limit: 2 }), [3, 2]);
  assert.deepEqual(seqs({ limit: 2, before: 2 }), [1]);
});

test("long texts, control characters and half characters are reduced to text that can be stored", (t) => {
  const { audit } = open(t);
  audit.append({ ...intent("e1"), actor: alice, summary: `a\u001b[31mb\ud800${"c".repeat(600)}` });
  const [{ summary } = { summary: "" }] = audit.list();
  assert.equal(summary.length, 500);
  assert.ok(summary.startsWith("a [31mb�c"), summary.slice(0, 12));
});

for (const [what, sql, message] of [
  ["changed", "UPDATE audit SET hash = upper(hash) WHERE seq = 2", /never changed/],
  ["removed", "DELETE FROM audit WHERE seq = 2", /only removed up to a signed anchor/],
  ["replaced", "INSERT OR REPLACE INTO audit (seq, record, hash) VALUES (2, '{}', '')", /only added after the last one/],
  ["inserted with a gap", "INSERT INTO audit (seq, record, hash) VALUES (9, '{}', '')", /only added after the last one/],
  ["given another name", "UPDATE audit_persons SET text = 'mallory'", /erased or left/],
  ["given another reason", "UPDATE audit_reasons SET text = 'other'", /erased or left/],
] as const) {
  test(`the database refuses that a record is ${what}`, (t) => {
    const { db, audit } = open(t);
    for (const id of ["e1", "e2", "e3"]) audit.append({ ...intent(id), reason: "why" });
    assert.throws(() => db.exec(sql), message);
    assert.equal(audit.list().length, 3);
  });
}
