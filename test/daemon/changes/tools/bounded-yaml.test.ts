/** Files that refer to themselves, and patterns without end, are refused at once. The error names the file and the line. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { loadCases } from "../../../../daemon/changes/policy/cases.ts";
import { readTools } from "../../../../daemon/changes/tools/catalogue.ts";
import { match } from "../../../../daemon/changes/tools/pattern.ts";
import { faultText } from "../../../../daemon/changes/tools/yaml-file.ts";
import { MusterError } from "../../../../daemon/errors/errors.ts";
import { parsed, understood } from "../../../../daemon/machines/inventory/parse.ts";

const folder = mkdtempSync(join(tmpdir(), "muster-bounded-"));
after(() => rmSync(folder, { recursive: true }));

const refuses = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof MusterError && error.code === code && (text.test(error.message) || assert.fail(error.message));

const form = (parameter: string, rest = "") => `name: greet
description: Greets
execution: { method: local }
parameters:
  - { name: text, description: A text, required: true, ${parameter} }
command: [echo, "{text}"]
${rest}`;

function faultsOf(text: string): string[] {
  const place = mkdtempSync(join(folder, "site-"));
  writeFileSync(join(place, "greet.yaml"), text);
  return readTools([place]).faults.map((fault) => faultText({ ...fault, file: basename(fault.file) }));
}

for (const [what, text, line] of [
  ["one alias", form("example: &x hello, pattern: *x"), 5],
  ["a merge", `base: &b { risk: read }\n${form("example: hello", "<<: *b\n")}`, 8],
  ["aliases in layers", form("example: hello", "effects: &a [looks]\ntags: &c [*a, *a]\nmore: [*c, *c]\n"), 8],
  ["an alias without an anchor", form("example: *none"), 5],
] as const)
  test(`a form with ${what} is refused with its line`, () => {
    const [fault = ""] = faultsOf(text);
    assert.match(fault, new RegExp(`^greet.yaml:${line}: .*alias`, "i"));
  });

for (const pattern of ["(a+)+$", "(a|a)*b", "([a-z]+)*=", "(a*)*c"])
  test(`a form whose pattern ${pattern} takes too long for its example is refused with its line`, () => {
    const [fault = ""] = faultsOf(form(`pattern: '${pattern}', example: ${"a".repeat(60)}X`));
    assert.match(fault, /^greet.yaml:5: .*takes too long to compare with/);
  });

test("a simple pattern accepts and refuses whole values", () => {
  assert.equal(match("[a-z]{1,9}", "abc"), "fits");
  assert.equal(match("[a-z]{1,9}", "abc1"), "differs");
  assert.equal(match("a|b", "bc"), "differs");
  assert.equal(match(".", "\u{1f600}"), "fits");
});

const layers = (count: number, of: string) =>
  Array.from({ length: count }, (_, level) =>
    level === 0 ? `a0: &a0 ${of}` : `a${level}: &a${level} [${Array(9).fill(`*a${level - 1}`)}]`,
  );

for (const [what, text] of [
  ["nine layers of lists", `all:\n  vars:\n    ${layers(9, "[1, 2, 3]").join("\n    ")}\n`],
  [
    "six layers of maps",
    `all:\n  vars:\n    a0: &a0 { x: 1, y: 2 }\n${[1, 2, 3, 4, 5, 6].map((level) => `    a${level}: &a${level} { ${"abcdefghi".split("").map((key) => `${key}: *a${level - 1}`)} }\n`).join("")}`,
  ],
  ["an alias inside its own anchor", "all:\n  vars: &v\n    again: *v\n"],
  [
    "a merge into many hosts",
    `all:\n  vars: { big: &b { long: [${Array(2000).fill(1)}] } }\n  hosts:\n${Array.from({ length: 400 }, (_, n) => `    n${n}: { <<: *b }\n`).join("")}`,
  ],
] as const)
  test(`an inventory with ${what} is refused at once, with the line`, () => {
    assert.throws(() => understood(parsed(text, "inventory.yaml"), "inventory.yaml"), refuses("INVENTORY_INVALID", /line \d+: .*alias/));
  });

test("an inventory with a merge for thousands of hosts is read", () => {
  const text = `all:\n  vars: { base: &b { a: 1, b: 2, c: 3, d: 4 } }\n  hosts:\n${Array.from({ length: 3000 }, (_, n) => `    n${n}: { <<: *b, e: ${n} }\n`).join("")}`;
  assert.equal(understood(parsed(text, "inventory.yaml"), "inventory.yaml").hosts.n2999?.d, 4);
});

test("a table of cases whose aliases multiply it is refused", () => {
  const file = join(folder, "cases.yaml");
  writeFileSync(file, `${layers(9, "[1]").join("\n")}\n`);
  assert.throws(() => loadCases(file), refuses("POLICY_INVALID", /aliases repeat too much/));
});
