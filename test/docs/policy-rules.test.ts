/** The rules in docs/security.md are those in force: each by its name, with the answer it gives. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadCases, ownCases } from "../../daemon/policy/cases.ts";
import { loadPolicy } from "../../daemon/policy/policy.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");
const [, table = ""] = /<!-- rules -->\n([\s\S]*)<!-- \/rules -->/.exec(page) ?? [];
const rows = table
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));

test("docs/security.md lists every rule, and no other", () => {
  const rules = loadPolicy({ folders: [], approvalMode: "policy" }).rules.map(({ id }) => id);
  assert.deepEqual(rows.map(([, rule]) => rule).sort(), rules.sort());
});

test("docs/security.md says of every rule what it answers", () => {
  const answers = new Map(loadCases(ownCases).map(({ expect }) => [expect.rule, expect.answer]));
  for (const [, rule = "", answer] of rows) assert.equal(answer, answers.get(rule), rule);
});
