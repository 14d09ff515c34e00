/** The form of the page for the options of a run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DeclaredVariables } from "../../../daemon/contract/jobs/declared-variable.ts";
import { noTexts, readOptions } from "../../../web/src/parts/jobs/run-option-texts.ts";

const variables = DeclaredVariables.parse({
  release: { type: "string" },
  count: { type: "integer" },
  drain: { type: "boolean" },
  token: { secret: "deploy_token" },
});

test("the fields of declared variables keep their types, and empty fields are left out", () => {
  const texts = { ...noTexts, tags: "a, b ,", declared: { release: "4", count: "3", drain: "", token: "x", other: "y" } };
  assert.deepEqual(readOptions(texts, { variables }), { options: { tags: ["a", "b"], variables: { release: "4", count: 3 } } });
});

test("a playbook without declared variables takes a JSON object", () => {
  assert.deepEqual(readOptions({ ...noTexts, skipTags: "x", variables: '{"a":[1]}' }, {}), {
    options: { skip_tags: ["x"], variables: { a: [1] } },
  });
  assert.deepEqual(readOptions(noTexts, undefined), { options: {} });
});

for (const [what, texts, says] of [
  ["a list", { variables: "[1]" }, /write an object/],
  ["no JSON", { variables: "{a}" }, /Extra variables: this is no JSON/],
  ["a word for a number", { declared: { count: "three" } }, /count: this is no JSON/],
] as const)
  test(`${what} is a problem that names the field`, () => {
    const read = readOptions({ ...noTexts, ...texts }, "declared" in texts ? { variables } : {});
    assert.match("problem" in read ? read.problem : "", says);
  });
