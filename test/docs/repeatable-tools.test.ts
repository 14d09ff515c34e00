/** The page about changes lists all tools whose forms declare that they are repeatable. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const forms = join(root, "daemon/changes/tools/forms");

test("docs/changes.md names every repeatable tool", () => {
  const repeatable = readdirSync(forms, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml") && /^repeatable: true$/m.test(readFileSync(join(forms, file), "utf8")))
    .map((file) => `\`${basename(file, ".yaml")}\``)
    .sort();
  const text = readFileSync(join(root, "docs/changes.md"), "utf8").replaceAll("\n", " ");
  const listed = `these are repeatable: ${repeatable.slice(0, -1).join(", ")} and ${repeatable.at(-1)}.`;
  assert.ok(text.includes(listed), listed);
});
