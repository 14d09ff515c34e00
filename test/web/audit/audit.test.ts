import assert from "node:assert/strict";
import { generateKeyPairSync, hash } from "node:crypto";
import { test } from "node:test";
import { AuditLog } from "../../../daemon/audit/log.ts";
import { signNote } from "../../../daemon/audit/note.ts";
import type { AuditEntry, AuditRecord } from "../../../daemon/contract/audit/audit.ts";
import { auditHash, nextPage, nothingYet, parseAuditHash, recordFits, takePage, wholeAudit } from "../../../web/src/audit/audit-query.ts";
import { Chain } from "../../../web/src/audit/chain.ts";
import { sha256Hex } from "../../../web/src/audit/digest.ts";
import { instantOf, localTime, resultTone, subjectLink } from "../../../web/src/audit/outcomes.ts";
import { openWorld } from "../../support/world.ts";

const entry = (part: Partial<AuditEntry> = {}): AuditEntry => ({
  action: "change",
  actor: { keyId: "k1", name: "olga", role: "operator" },
  subject: "node n1",
  summary: 'said "},"hash":"no\u2028 <b>',
  reason: "because",
  ...part,
});

test("the hash equals that of Node for all lengths around a block and for all letters", () => {
  for (const text of ["", "abc", "é\u2028𝄞", ...[54, 55, 56, 57, 63, 64, 65, 119, 120, 5000].map((length) => "x".repeat(length))])
    assert.equal(sha256Hex(text), hash("sha256", text), `${text.length} characters`);
});

/** Five records of the real audit, and a signed note about the third. */
function exported() {
  const audit = new AuditLog(openWorld().db);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  let note = "";
  for (let index = 1; index <= 5; index++) {
    audit.append(entry(index === 2 ? { actor: { keyId: "k2", name: "bot", role: "agent", onBehalfOf: "anna" } } : {}));
    const checkpoint = audit.checkpoint();
    if (index === 3 && checkpoint) note = signNote(checkpoint, privateKey, publicKey);
  }
  return { audit, lines: audit.exportAfter(0, 100, [note]) };
}

const examined = (...parts: string[]) => {
  const chain = new Chain();
  for (const part of parts) chain.take(part);
  return chain.conclude();
};

test("unaltered records verify page by page, and match the signed notes", () => {
  const { audit, lines } = exported();
  assert.deepEqual(examined(lines), { records: 5, first: 1, last: 5, signedTo: 3, breaks: [] });
  assert.deepEqual(examined(audit.exportAfter(0, 2, []), audit.exportAfter(2, 2, []), audit.exportAfter(4, 2, [])).breaks, []);
  assert.equal(audit.erase("olga", entry().actor), true);
  assert.deepEqual(examined(audit.exportAfter(0, 100, [])).breaks, [], "an erased text is missing, not wrong");
});

test("an altered, removed, moved or missing record is found at its number", () => {
  const { lines } = exported();
  const [note = "", ...records] = lines.trimEnd().split("\n");
  const breaks = (...changed: string[]) => examined([note, ...changed, ""].join("\n")).breaks.map(({ at, text }) => `${at}: ${text}`);
  const [one = "", two = "", three = "", four = "", five = ""] = records;
  assert.match(breaks(one, two, three, four.replace("node n1", "node n2"), five)[0] ?? "", /^4: it was altered/);
  assert.match(breaks(one, two, four, five)[0] ?? "", /^3: records are missing up to 3/);
  assert.match(breaks(one, three, two, four, five)[0] ?? "", /^2: records are missing up to 2/);
  assert.match(breaks(one, two)[0] ?? "", /^3: a checkpoint exists for record 3: the end is missing/);
  assert.match(breaks(two, three, four, five)[0] ?? "", /^1: records are missing up to 1, and no note/);
  assert.match(breaks(one, two.replace('"text":"anna"', '"text":"eve"'), three, four, five)[0] ?? "", /^2: the name does not match/);
  assert.match(
    breaks(one, two.replace('"text":"because"', '"text":"why not"'), three, four, five)[0] ?? "",
    /^2: the reason does not match/,
  );
  assert.match(breaks(one, "{", two)[0] ?? "", /^2: this line is not a record/);
  assert.deepEqual(breaks(one, two, three, four, five), []);

  const forged = (record: string) => {
    const text = /^\{"record":(.*),"hash":"[0-9a-f]{64}"/s.exec(record)?.[1]?.replace("node n1", "node n2") ?? assert.fail("no record");
    return `{"record":${text},"hash":"${hash("sha256", text)}"}`;
  };
  assert.match(breaks(one, two, three, forged(four), five)[0] ?? "", /^5: it does not contain the hash of the previous record/);
  assert.match(breaks(one, two, forged(three))[0] ?? "", /^3: it does not match a signed checkpoint/);
});

test("the address holds the filter, and invalid values are ignored", () => {
  const filter = parseAuditHash(
    "#/audit?q=wipe&user=olga&action=vote&since=2026-11-21T12:00:00Z&node=n1&plan=ab&result=refused&until=soon",
  );
  assert.deepEqual(filter, {
    text: "wipe",
    user: "olga",
    action: "vote",
    since: "2026-11-21T12:00:00.000Z",
    until: "",
    node: "n1",
    plan: "ab",
    result: "refused",
  });
  assert.deepEqual(parseAuditHash(auditHash(filter)), filter);
  assert.equal(auditHash(wholeAudit), "#/audit");
  assert.equal(parseAuditHash("#/audit?action=nonsense").action, "");
  assert.equal(instantOf(localTime("2026-11-21T12:34:00.000Z")), "2026-11-21T12:34:00.000Z");
  assert.equal(instantOf(""), "");
});

const record = (seq: number, part: Partial<AuditRecord> = {}): AuditRecord => ({
  ...entry({ summary: "service_restart on rack1-n1", result: "refused" }),
  seq,
  at: "2026-11-21T12:00:00.000Z",
  prevHash: "0".repeat(64),
  hash: "0".repeat(64),
  planHash: "abcd".repeat(16),
  ...part,
});

test("a record matches by any text, a node by its whole name, a plan by the beginning of its hash", () => {
  const one = record(1, { subject: "plan 1234" });
  const yes = (filter: Partial<typeof wholeAudit>) => recordFits(one, { ...wholeAudit, ...filter });
  assert.ok(yes({}));
  assert.ok(yes({ text: "OLGA" }));
  assert.ok(yes({ text: "because" }));
  assert.ok(!yes({ text: "wipe" }));
  assert.ok(yes({ node: "rack1-n1" }));
  assert.ok(!yes({ node: "rack1-n" }));
  assert.ok(yes({ plan: "ABCDab" }));
  assert.ok(yes({ plan: "12" }));
  assert.ok(!yes({ plan: "cdab" }));
  assert.ok(yes({ result: "refus" }));
  assert.ok(!yes({ result: "succeeded" }));
});

test("pages continue from the oldest record until enough match or enough were searched", () => {
  assert.deepEqual(nextPage(nothingYet, 0, 100, 5000), { limit: 200 });
  const first = takePage(nothingYet, [record(9), record(8)], 2);
  assert.deepEqual(nextPage(first, 2, 100, 5000), { limit: 1000, before: 8 });
  assert.equal(nextPage(first, 100, 100, 5000), undefined);
  assert.equal(nextPage(first, 0, 100, 2), undefined);
  const second = takePage(first, [record(8), record(7)], 1000);
  assert.deepEqual(
    second.records.map(({ seq }) => seq),
    [9, 8, 7],
  );
  assert.equal(nextPage(second, 0, 100, 5000), undefined, "there are no older ones");
});

test("a record links to its subject if this page has it", () => {
  assert.equal(subjectLink({ subject: "approval apr_x" }), "#/approvals/apr_x");
  assert.equal(subjectLink({ subject: "node n1" }), "#/nodes/n1");
  assert.equal(subjectLink({ subject: "plan 12", executionId: "e1" }), "#/executions/e1");
  assert.equal(subjectLink({ subject: "key abc" }), undefined);
  assert.equal(resultTone("refused"), "bad");
  assert.equal(resultTone("succeeded"), "good");
  assert.equal(resultTone(undefined), "muted");
});
