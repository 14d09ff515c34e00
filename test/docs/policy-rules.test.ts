/** The rules in docs/security.md are those in force, and the examples of rules and cases work as written. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Case, loadCases, ownCases, runCase } from "../../daemon/changes/policy/cases.ts";
import { loadPolicy } from "../../daemon/changes/policy/policy.ts";

const read = (name: string) => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");
const page = read("security.md");
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

/** For each row of the table of ways, steps that stand for it. */
const ways: Record<string, { by: Case["by"]; byHand?: boolean; does: "write" | "delete"; tools: string[] }> = {
  "a write by hand": {
    by: "operator",
    byHand: true,
    does: "write",
    tools: ["power", "rescue", "playbook_run", "card_add", "replaced", "quirks_set"],
  },
  "arm, wipe or retire by hand": { by: "admin", byHand: true, does: "delete", tools: ["arm", "wipe", "retire"] },
  "a variable by hand": { by: "operator", byHand: true, does: "write", tools: ["variable_set", "variable_unset"] },
  "a record by hand": { by: "operator", byHand: true, does: "write", tools: ["place", "accept", "rack_save", "job_cancel", "disarm"] },
  "a write in a plan of an operator": { by: "operator", does: "write", tools: ["power", "service_restart", "job_cancel", "place"] },
  "a write in a plan of an agent": { by: "agent", does: "write", tools: ["power", "service_restart", "place"] },
  "erasing in any plan": { by: "admin", does: "delete", tools: ["wipe", "package_cleanup"] },
};
const places = [{ in: "dev" }, { in: "staging" }, { in: "prod" }, { in: "prod", unlabelled: true }];

test("docs/security.md says what is governed by hand and by plans, in each group and in none, also with prod_by_hand", () => {
  const [, shownWays = ""] = /<!-- ways -->\n([\s\S]*)<!-- \/ways -->/.exec(page) ?? [];
  const lines = shownWays.split("\n").slice(2, -1);
  assert.equal(lines.length, Object.keys(ways).length);
  const free = loadPolicy({ folders: [], approvalMode: "policy", prodByHand: "allow" });
  const usual = loadPolicy({ folders: [], approvalMode: "policy" });
  for (const line of lines) {
    const [, change = "", ...answers] = line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
    const [, way] = Object.entries(ways).find(([name]) => change.startsWith(name)) ?? assert.fail(change);
    for (const [column, place] of places.entries())
      for (const tool of way.tools) {
        const wanted = Case.parse({
          case: change,
          by: way.by,
          ...(way.byHand && { byHand: { confirmed: true, inService: true } }),
          steps: [{ does: way.does, tool, method: "act", ...place }],
          expect: { answer: "allow", rule: "" },
        });
        const said = answers[column];
        assert.equal(runCase(wanted, usual).decision.answer, said, `${change}: ${tool} in ${JSON.stringify(place)}`);
        const loosened = way.byHand && place.in === "prod" ? answers[3] : said;
        assert.equal(runCase(wanted, free).decision.answer, loosened, `prod_by_hand, ${change}: ${tool} in ${JSON.stringify(place)}`);
      }
  }
});

/** Returns the part of the page from this line to the end of its indented lines. */
function shown(text: string, begin: string): string {
  const lines = text.slice(text.indexOf(`    ${begin}`)).split("\n");
  const end = lines.findIndex((line) => !line.startsWith("    "));
  return lines
    .slice(0, end)
    .map((line) => line.slice(4))
    .join("\n");
}

test("the rules that are shown can be loaded, and the cases that are shown come out as they say", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-docs-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const extending = read("extending.md");
  writeFileSync(join(folder, "security.cedar"), shown(page, '@id("databases-by-admins")'));
  writeFileSync(join(folder, "extending.cedar"), shown(extending, '@id("database-restarts")'));
  writeFileSync(join(folder, "cases.yaml"), shown(extending, "- case:"));
  const policy = loadPolicy({ folders: [folder], approvalMode: "policy" });
  assert.deepEqual(
    policy.rules.slice(-2).map(({ id }) => id),
    ["database-restarts", "databases-by-admins"],
  );
  // Applies only the second page's rule, because the first one requires more votes.
  rmSync(join(folder, "security.cedar"));
  const alone = loadPolicy({ folders: [folder], approvalMode: "policy" });
  const results = loadCases(join(folder, "cases.yaml")).map((wanted) => runCase(wanted, alone));
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [true, true],
  );
});

test("the rules shown for hands hold for hands: one asks for approval where a permit alone would not, one refuses", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-docs-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "switching.cedar"), shown(page, '@id("switching-needs-two")'));
  writeFileSync(join(folder, "erasing.cedar"), shown(page, '@id("no-erasing-of-what-serves")'));
  writeFileSync(
    join(folder, "cases.yaml"),
    `- case: an operator switches a machine in prod by hand
  by: operator
  byHand: { confirmed: false, inService: true }
  steps: [{ does: write, in: prod, unlabelled: true, tool: power, method: http }]
  expect: { answer: needs-approval, rule: switching-needs-two, quorum: [{ role: operator, count: 1 }] }
- case: an operator wipes a machine in service in prod by hand
  by: operator
  byHand: { confirmed: true, inService: true }
  steps: [{ does: delete, in: prod, unlabelled: true, tool: wipe, method: http }]
  expect: { answer: deny, rule: no-erasing-of-what-serves }
`,
  );
  const cases = loadCases(join(folder, "cases.yaml"));
  const outcomes = (folders: string[]) => cases.map((wanted) => runCase(wanted, loadPolicy({ folders, approvalMode: "policy" })).ok);
  assert.deepEqual(outcomes([folder]), [true, true]);
  assert.deepEqual(outcomes([]), [false, false], "without them both are allowed");
});
