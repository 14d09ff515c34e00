/** Tags and extra variables of a plan: checked against the playbook, shown, hashed, and counted in the risk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { makePlan } from "../../../../daemon/changes/plans/planner.ts";
import { runbooksOf } from "../../../../daemon/changes/plans/runbook.ts";
import { digestOf } from "../../../../daemon/changes/tools/canonical.ts";
import { type Catalogue, catalogueOf, loadCatalogue, ourTools } from "../../../../daemon/changes/tools/catalogue.ts";
import type { PlaybookFacts } from "../../../../daemon/changes/tools/playbooks.ts";
import { toolTimeouts } from "../../../../daemon/config/changes.ts";
import { parseConfig } from "../../../../daemon/config/config.ts";
import type { Values } from "../../../../daemon/contract/changes/tool.ts";
import { DeclaredVariables } from "../../../../daemon/contract/jobs/declared-variable.ts";
import { fleet, toolOn } from "../fleet.ts";

const forms = loadCatalogue().list();
const base: PlaybookFacts = { readOnly: false, content: "a".repeat(64) };
const declared = DeclaredVariables.parse({
  release: { type: "string", required: true, pattern: "[0-9.]+", max: 10, description: "The release" },
  count: { type: "integer", min: 1, max: 9 },
  ratio: { type: "number" },
  drain: { type: "boolean" },
  hosts_allowed: { type: "list", items: "string", max: 2 },
  limits: { type: "object", max: 1 },
  mode: { type: "string", choices: ["fast", "safe"] },
  token: { secret: "deploy_token" },
});

const plan = (parameters: Values, facts: Partial<PlaybookFacts> = {}) =>
  makePlan(toolOn("playbook_run", ["n2"], { playbook: "deploy", ...parameters } as Record<string, string>), {
    catalogue: catalogueOf(forms, () => ({ ...base, ...facts })),
    nodes: fleet(),
    runbooks: runbooksOf([]),
  });
const variables = (value: object) => ({ variables: JSON.stringify(value) });
const good = { release: "4.2" };

test("the options are in the preview, in the summary and in the hash, whatever the order of the keys", () => {
  const made = plan({ tags: "app,web", skip_tags: "db", ...variables({ z: "{{ x }}", a: [1, true] }) });
  const words = ', tags app, web, without the tags db, variables {"a":[1,true],"z":"{{ x }}"}';
  assert.equal(made.steps[0]?.preview.text, `playbook deploy${words}`);
  assert.equal(made.summary, `playbook_run (deploy${words}) on n2`);
  const hash = (parameters: Values) => digestOf(plan(parameters));
  assert.equal(hash(variables({ a: 1, b: 2 })), hash(variables({ b: 2, a: 1 })));
  const all = [{}, variables({ a: 1 }), variables({ a: "1" }), { tags: "a" }, { skip_tags: "a" }, { tags: "b" }].map(hash);
  assert.equal(new Set(all).size, all.length);
});

test("the preview names the secrets that the executor adds, and never needs their values", () => {
  const made = plan(variables(good), { variables: declared });
  assert.equal(made.steps[0]?.preview.text, 'playbook deploy, variables {"release":"4.2"}, token from the secret deploy_token');
});

for (const [what, value, says] of [
  [
    "no declared variable",
    { ...good, relase: 1 },
    /^variables\.relase: the playbook deploy declares no such variable; it declares release, count/,
  ],
  ["a missing one", {}, /^variables\.release: is missing: The release$/],
  ["a text for a number", { ...good, count: "3" }, /^variables\.count: is not of the type integer$/],
  ["a fraction for an integer", { ...good, count: 1.5 }, /^variables\.count: is not of the type integer$/],
  ["a number below its bound", { ...good, count: 0 }, /^variables\.count: it is below 1$/],
  ["a number above its bound", { ...good, count: 10 }, /^variables\.count: it is above 9$/],
  ["a text that is too long", { release: "1".repeat(11) }, /^variables\.release: its length is above 10$/],
  ["a text that does not fit", { release: "4.2; rm" }, /^variables\.release: does not fit/],
  ["a text for a boolean", { ...good, drain: "true" }, /^variables\.drain: is not of the type boolean$/],
  ["an object for a list", { ...good, hosts_allowed: {} }, /^variables\.hosts_allowed: is not of the type list$/],
  ["a list of other entries", { ...good, hosts_allowed: [1] }, /^variables\.hosts_allowed: has an entry that is not of the type string$/],
  ["a list that is too long", { ...good, hosts_allowed: ["a", "b", "c"] }, /^variables\.hosts_allowed: its number of entries is above 2$/],
  ["a list for an object", { ...good, limits: [] }, /^variables\.limits: is not of the type object$/],
  ["no choice", { ...good, mode: "other" }, /^variables\.mode: is not one of fast, safe$/],
  ["a secret", { ...good, token: "mine" }, /^variables\.token: the executor adds the secret deploy_token itself/],
] as const)
  test(`${what} is refused for a playbook that declares its variables`, () => {
    assert.throws(() => plan(variables(value), { variables: declared }), { code: "PARAMETER_INVALID", message: says });
  });

test("declared values of each type are accepted", () => {
  const value = { release: "4.2", count: 9, ratio: 0.5, drain: false, hosts_allowed: ["a"], limits: { x: 1 }, mode: "safe" };
  assert.equal(plan(variables(value), { variables: declared }).steps[0]?.risk, "write");
});

for (const name of [
  "ansible_connection",
  "ansible_python_interpreter",
  "ansible_user",
  "ansible_anything",
  "hostvars",
  "common_admin_keys",
  "X",
  "__x",
])
  test(`the variable ${name} is refused for every playbook`, () => {
    assert.throws(() => plan(variables({ [name]: "local" })), { code: "PARAMETER_INVALID", message: new RegExp(`variables.*${name}`) });
  });

for (const [what, text, says] of [
  ["a list", "[1]", /variables is no JSON object/],
  ["no JSON", "{x}", /variables is no JSON: /],
  ["a key that is an instruction", '{"a":{"b":[{"__ansible_vault":"x"}]}}', /^variables\.a: has a key that begins with __$/],
  ["control characters", '{"a":"\\u0000"}', /^variables\.a: /],
  ["a number that no type can hold", '{"a":1e300}', /^variables\.a: /],
  ["too much", JSON.stringify({ a: "x".repeat(2600) }), /^variables: is longer than 2500 characters as JSON$/],
  [
    "too many",
    JSON.stringify(Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`v${index}`, 1]))),
    /^variables: has more than 50/,
  ],
] as const)
  test(`variables with ${what} are refused`, () => {
    assert.throws(() => plan({ variables: text }), { code: "PARAMETER_INVALID", message: says });
  });

test("a tag is one of the playbook or of Ansible, and the error names the tags that exist", () => {
  const tags = ["app", "web"];
  for (const known of ["app", "app,web", "all", "never,app"]) assert.ok(plan({ tags: known }, { tags }));
  assert.throws(() => plan({ tags: "app,wb" }, { tags }), {
    code: "PARAMETER_INVALID",
    message: "tags: the playbook deploy has no tag wb; it has app, web",
  });
  assert.throws(() => plan({ skip_tags: "x" }, { tags: [] }), { message: "skip_tags: the playbook deploy has no tag x; it has no tags" });
  for (const evil of ["--limit=all", "a b", "a,,b", "{{ x }}", ""])
    assert.throws(() => plan({ tags: evil }), { code: "PARAMETER_INVALID" });
});

test("a read-only playbook only reads with variables that it declares; any other variable makes it a change", () => {
  const readOnly = true;
  assert.equal(plan({ tags: "a" }, { readOnly }).steps[0]?.risk, "read");
  assert.equal(plan(variables({ path: "/" }), { readOnly }).steps[0]?.risk, "write");
  const typed = DeclaredVariables.parse({ path: { type: "string", pattern: "/[a-z]*" } });
  assert.equal(plan(variables({ path: "/" }), { readOnly, variables: typed }).steps[0]?.risk, "read");
});

test("the configuration sets the time limit of playbook_run, by default 900 seconds, and of no other tool", () => {
  const seconds = (text: string) => {
    const timeouts = toolTimeouts(parseConfig(text, "test"));
    const made = catalogueOf(loadCatalogue([ourTools], undefined, timeouts).list(), () => base);
    return makePlan(toolOn("playbook_run", ["n2"], { playbook: "deploy" }), { catalogue: made, nodes: fleet(), runbooks: runbooksOf([]) })
      .steps[0]?.timeoutSeconds;
  };
  assert.equal(seconds("{}"), 900);
  assert.equal(seconds("changes: { tools: { playbook_seconds: 60 } }"), 60);
  const others = (catalogue: Catalogue) => catalogue.list().filter(({ name }) => name !== "playbook_run");
  assert.deepEqual(others(loadCatalogue([ourTools], undefined, { playbook_run: 60 })), others(loadCatalogue()));
});
