/** Ansible's own programs read an inventory in which groups and variables were set. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { VariableValue } from "../../../../daemon/contract/machines/inventory.ts";
import { written } from "../../../support/machines/inventory-file.ts";

const program = "/usr/bin/ansible-inventory";
const noAnsible = existsSync(program) ? false : "ansible is not installed";

/**
 * Reads the file with Ansible's own program and returns our form. That program marks texts that it must not
 * evaluate.
 */
function byAnsible(path: string) {
  const { stdout, stderr, status } = spawnSync(program, ["-i", path, "--list", "--export"], { encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
  const bare = (_: string, value: unknown) => {
    if (value !== null && typeof value === "object" && "__ansible_unsafe" in value) return value.__ansible_unsafe;
    return value !== null && typeof value === "object" && "__ansible_vault" in value ? "[vault]" : value;
  };
  const { _meta, ...groups } = JSON.parse(stdout, bare);
  return { hosts: _meta.hostvars, groups };
}

const piece = fc.constantFrom(
  "{{ lookup('pipe','touch X') }}",
  "{%",
  "{# #}",
  "!unsafe x",
  "yes",
  "NO",
  "~",
  "0x1f",
  "1:30",
  "1_000",
  ".5",
  "1e3",
  "2026-01-01",
  "=",
  "<<",
  "&a",
  "*a",
  "- a",
  "a: b",
  " # c",
  "'",
  '"',
  "\\",
  "\n",
  "\t",
  " ",
  "é",
  "日本",
  "🐧",
  "\u00a0",
  "|",
  ">",
  "@x",
  "%",
  "null",
  "null\n",
  "",
);
const text = fc.oneof(
  fc.array(piece, { maxLength: 4 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const value = fc
  .letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      text,
      fc.integer(),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.boolean(),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(text, tie("any"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  .any.filter((any) => VariableValue.safeParse(any).success);

test("whatever is set, Ansible reads exactly that, and evaluates none of it", { skip: noAnsible }, async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 30, maxLength: 60 }),
      fc.uniqueArray(fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/), { minLength: 2, maxLength: 4 }),
      async (values, names) => {
        const { variables, path, inventory, folder } = written(t);
        const groups = names.filter((name) => !["all", "ungrouped", "n1", "h1", "region"].includes(name));
        for (const group of groups) await variables.join("n1", group);
        for (const [at, each] of values.entries())
          await variables.set(at % 2 === 0 ? { node: "n1" } : { group: "rack4" }, `v${at}`, each as VariableValue);
        const ours = inventory.file.reading();
        const theirs = byAnsible(path);
        const plain = JSON.parse(JSON.stringify(ours)) as typeof ours;
        assert.deepEqual(plain.hosts.n1, theirs.hosts.n1);
        assert.deepEqual(plain.groups.find(({ name }) => name === "rack4")?.vars, theirs.groups.rack4.vars);
        for (const [at, each] of values.entries()) {
          const said = at % 2 === 0 ? theirs.hosts.n1[`v${at}`] : theirs.groups.rack4.vars[`v${at}`];
          assert.deepEqual(said, JSON.parse(JSON.stringify(each)), `v${at}`);
        }
        for (const { name, hosts } of ours.groups) assert.deepEqual(theirs.groups[name]?.hosts ?? [], hosts, name);
        assert.ok(!existsSync(join(folder, "X")) && !existsSync("X"));
      },
    ),
    { numRuns: 4, endOnFailure: true },
  );
});

test("a text with a template in it reaches a task as it is", { skip: noAnsible }, async (t) => {
  const { variables, path, folder } = written(t);
  const trap = join(folder, "trap");
  const hostile = `{{ lookup('pipe', 'touch ${trap}') }}`;
  await variables.set({ node: "n1" }, "note", hostile);
  await variables.set({ node: "n1" }, "notes", { [hostile]: [hostile], "{% x %}": "y" });
  const play = join(folder, "play.yaml");
  writeFileSync(
    play,
    `- hosts: n1\n  gather_facts: false\n  connection: local\n  tasks:\n    - copy: { content: "{{ note }}|{{ notes | to_json }}", dest: ${join(folder, "values")} }\n`,
  );
  const { status, stdout } = spawnSync("ansible-playbook", ["-i", path, play], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
  assert.equal(
    readFileSync(join(folder, "values"), "utf8"),
    `${hostile}|${JSON.stringify({ [hostile]: [hostile], "{% x %}": "y" })
      .replaceAll('":', '": ')
      .replaceAll(',"', ', "')}`,
  );
  assert.ok(!existsSync(trap));
});
