/** The pages list all tools that ask Muster itself. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");
const forms = join(root, "daemon/changes/tools/forms");
const own = readdirSync(forms, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yaml") && /^ {2}method: act$/m.test(readFileSync(join(forms, file), "utf8")))
  .map((file) => `\`${basename(file, ".yaml")}\``)
  .sort();

for (const page of ["security.md", "extending.md"])
  test(`docs/${page} names every tool that asks Muster itself`, () => {
    assert.ok(own.length > 0);
    const text = readFileSync(join(root, "docs", page), "utf8").replaceAll("\n", " ");
    assert.ok(
      text.includes(`Muster itself performs the actions of the tools ${own.slice(0, -1).join(", ")} and ${own.at(-1)}.`),
      own.join(" "),
    );
  });
