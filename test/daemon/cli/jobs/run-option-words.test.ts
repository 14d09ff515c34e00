/** The options of `muster run` as the API receives them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runOptionsOf } from "../../../../daemon/cli/jobs/run-option-words.ts";

function file(t: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "muster-words-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "variables.json"), text);
  return join(folder, "variables.json");
}

test("a text stays a text, and := gives JSON its type", (t) => {
  const varsFile = file(t, '{"a":{"b":[1]},"count":1}');
  const words = ["release=4.20", "count:=3", "url=http://x:8/?a=b", "empty=", "list:=[true]", "lines=a\nb"];
  assert.deepEqual(runOptionsOf({ tags: "a, b", skipTags: "c", var: words, varsFile }), {
    tags: ["a", "b"],
    skip_tags: ["c"],
    variables: { a: { b: [1] }, count: 3, release: "4.20", url: "http://x:8/?a=b", empty: "", list: [true], lines: "a\nb" },
  });
  assert.deepEqual(runOptionsOf({ var: [] }), {});
});

for (const [what, words, says] of [
  ["a word without a value", { var: ["release"] }, /--var: release is not name=text/],
  ["a word without a name", { var: ["=x"] }, /--var: =x is not/],
  ["no JSON", { var: ["count:=three"] }, /--var: count has no valid JSON value/],
  ["null", { var: ["x:=null"] }, /--var: x has no valid JSON value/],
  ["a file that is not there", { var: [], varsFile: "/nonexistent/x.json" }, /--vars-file: cannot read/],
] as const)
  test(`${what} is refused, and the message names the option`, () => {
    assert.throws(() => runOptionsOf({ ...words, var: [...words.var] }), { code: "USAGE", message: says });
  });

test("a file with a list is refused", (t) => {
  const varsFile = file(t, "[1]");
  assert.throws(() => runOptionsOf({ var: [], varsFile }), { message: /is no JSON object/ });
});
