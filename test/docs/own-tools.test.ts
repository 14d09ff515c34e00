/** The page about security lists all tools for Muster's own actions, each with the rule that allows it by hand. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Case, runCase } from "../../daemon/changes/policy/cases.ts";
import { leastRisk, loadCatalogue, ourTools } from "../../daemon/changes/tools/catalogue.ts";
import { ownPolicy } from "../support/own-policy.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/security.md"), "utf8");
const [, table = ""] = /<!-- tools by hand -->\n([\s\S]*)<!-- \/tools by hand -->/.exec(page) ?? [];
const rows = table.split("\n").flatMap((line) => {
  const [, rule = "", tools = ""] = line.split("|").map((cell) => cell.trim().replaceAll("`", ""));
  return rule.endsWith("-by-hand") ? [{ rule, tools: tools.split(", ") }] : [];
});
const catalogue = loadCatalogue([ourTools]);

test("docs/security.md names every tool that Muster itself performs once", () => {
  const own = catalogue.list().filter(({ method }) => method === "act");
  const named = rows.flatMap(({ tools }) => tools).filter((tool) => tool !== "playbook_run");
  assert.deepEqual(named.sort(), own.map(({ name }) => name).sort());
});

for (const { rule, tools } of rows)
  for (const tool of tools)
    test(`docs/security.md names the rule that allows ${tool} by hand`, () => {
      const form = catalogue.get(tool);
      const { decision } = runCase(
        Case.parse({
          case: tool,
          by: "operator",
          byHand: { confirmed: true, inService: true },
          steps: [
            {
              does: leastRisk(form),
              tool,
              method: form.method,
              ...(form.requiresTarget ? { unlabelled: true } : { node: null }),
              parameters: tool.startsWith("group_") ? { group: "rack4", becomes: "unlabelled" } : {},
            },
          ],
          expect: { answer: "allow", rule },
        }),
        ownPolicy(),
      );
      assert.deepEqual([decision.answer, decision.rule], ["allow", rule]);
    });
