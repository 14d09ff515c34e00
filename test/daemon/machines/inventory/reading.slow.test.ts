/** Compares Muster's reading of inventories with the answer of `ansible-inventory`, for many spellings. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { InventoryFile } from "../../../../daemon/machines/inventory/file.ts";
import { valuesOfHosts } from "../../../../daemon/machines/inventory/reading/effective.ts";
import { groupsOfHosts } from "../../../../daemon/machines/inventory/reading/memberships.ts";
import { written } from "../../../support/machines/inventory-file.ts";

const program = "/usr/bin/ansible-inventory";
const skip = existsSync(program) ? false : "ansible is not installed";

interface Listed {
  groups: Record<string, { hosts?: string[]; children?: string[]; vars?: object }>;
  hosts: Record<string, object>;
}

/** Returns undefined if Ansible cannot read the file. Ansible then also ends with exit code 0. */
function byAnsible(path: string): Listed | undefined {
  const { stdout, stderr } = spawnSync(program, ["-i", path, "--list", "--export"], { encoding: "utf8" });
  if (stderr.includes("Unable to parse")) return undefined;
  const { _meta, ...groups } = JSON.parse(stdout, (_, value) => {
    const special = value !== null && typeof value === "object";
    return special && "__ansible_unsafe" in value ? value.__ansible_unsafe : special && "__ansible_vault" in value ? "[vault]" : value;
  });
  return { groups, hosts: _meta.hostvars };
}

const spellings: Record<string, string> = {
  "numbers, times and truths": `all: { hosts: { n1: { a: y, b: yes, c: 1:30, d: 00:11:22:33:44:55, e: 010, f: 1_0, g: 1e3, i: 1.5e+3, k: 0o10,
    l: -0x1F, n: No, p: .5, q: 52:54:00:12:34:56, r: 08, s: 1., t: +7, u: 0b11, v: N, w: on, x: ~, z: 190:20:30.15, m: 1.0e5 } } }`,
  "keys that are no texts": "all: { hosts: { n1: { 1: 5, j: { 1: a, true: b, ~: c } } } }",
  "ranges of numbers, letters and steps":
    'all: { children: { prod: { hosts: { "n[11:12]": { x: 1 }, "[a:c]x[01:05:2]": , "m[1:9:4]-k": , "[:2]z": } } } }',
  "a range with a port": 'all: { hosts: { "s[1:2]:2222": , "s1": { x: 1 }, "10.0.0.[1:2]:77": , "[fe80::1]:22": { q: 1 }, "we ird": } }',
  "letters of both cases": 'all: { hosts: { "w[y:B]": , "h[0a:1]": } }',
  "aliases of hosts": "all: { children: { a: { hosts: &h { n1: { x: 1 }, n2: } }, prod: { hosts: *h } } }",
  "an alias of a group": "all: { children: { a: &g { hosts: { n1: { x: 1 } }, vars: { v: 1 } }, prod: *g } }",
  merges:
    "all: { children: { a: { hosts: &h { n1: { x: 1 }, n2: } }, prod: { hosts: { <<: *h, n1: { y: 2 } } }, b: { <<: { hosts: { n9: } } } } }",
  "a list of merges": "all: { vars: { m: &m { a: 1, b: 1 }, k: &k { b: 2, c: 2 }, both: { <<: [*m, *k], c: 3 } } }",
  "an anchor that is set twice": "all: { vars: { a: &x 1, b: *x, c: &x 2 } }",
  "keys that stand twice":
    "all:\n  hosts: { n1: }\n  hosts: { n2: { a: 1, a: 2 } }\n  children:\n    prod: { hosts: { n1: } }\n    prod: { hosts: { n2: } }\n",
  "a text instead of a mapping": "all: { children: { prod: { hosts: n1 }, up: { children: prod }, v: { vars: w } } }",
  "the same group in two places":
    "all: { children: { prod: , a: { children: { prod: { hosts: { n1: } } } } } }\nprod: { hosts: { n2: } }\n",
  "groups next to all": "prod: { hosts: { n1: } }\nup: { children: { prod: } }\n",
  "variables set twice": "all: { children: { a: { hosts: { n1: { m: { x: 1 }, k: 1 } } }, b: { hosts: { n1: { m: { y: 2 }, k: 2 } } } } }",
  "empty parts": "all: { hosts: , vars: , children: { a: , b: { hosts: { n1: 0, n2: '', n3: [], n4: false } } } }",
  "unknown parts": "all: { hostz: { n1: }, note: text, children: { a: { hosts: { n1: } } } }",
  "explicit keys and tags": "all:\n  ? hosts\n  : ? n1\n    : !!map { a: !!str 5, b: !!int '7', c: !unsafe '{{ x }}', d: ! 5 }\n",
  JSON: '{"all": {"hosts": {"n1": {"a": "1:30", "b": null, "c": [1, 2.5]}}}}',
  "a child that is a host": "all: { hosts: { n1: }, children: { a: { children: { n1: 5 } } } }",
  "a number as a host": "all: { hosts: { 12: } }",
  "a truth as a group": "all: { children: { yes: { hosts: { n1: } } } }",
  "a range that ends before it begins": 'all: { hosts: { "[c:a]": } }',
  "a range without an end": 'all: { hosts: { "n[1:]": } }',
  "leading zeros of two lengths": 'all: { hosts: { "n[01:100]": } }',
  "a child that is no mapping": "all: { children: { odd: 5 } }",
  "a list of hosts": "all: { hosts: [n1] }",
  "variables that are no mapping": "all: { hosts: { n1: text } }",
  "the sign =": "all: { hosts: { n1: { a: = } } }",
  "an unknown tag": "all: { hosts: { n1: { a: !mine 5 } } }",
  "a merge of a text": "all: { hosts: { <<: text } }",
  "a date that does not exist": "all: { hosts: { n1: { a: 2026-02-31 } } }",
  "two documents": "all:\n---\nall:\n",
  "an unknown alias": "all: { hosts: *nowhere }",
};

for (const [what, text] of Object.entries(spellings)) {
  test(`${what}: Muster reads what Ansible reads`, { skip }, (t) => {
    const { path } = written(t, text);
    const theirs = byAnsible(path);
    const file = new InventoryFile(path);
    if (theirs === undefined) {
      assert.throws(() => file.reading(), { code: "INVENTORY_INVALID" });
      return;
    }
    const { groups, hosts } = JSON.parse(JSON.stringify(file.reading())) as ReturnType<InventoryFile["reading"]>;
    // Without variables of their own, hosts are missing in Ansible's list of variables.
    assert.deepEqual(Object.fromEntries(Object.entries(hosts).filter(([, values]) => Object.keys(values).length > 0)), theirs.hosts);
    for (const { name, vars } of groups) assert.deepEqual(theirs.groups[name]?.vars ?? {}, vars, name);
    const memberships: ReadonlyMap<string, readonly string[]> = groupsOfHosts(groups);
    for (const host of Object.keys(hosts)) {
      const inside: string[] = Object.keys(theirs.groups).filter(
        (name) => !["all", "ungrouped"].includes(name) && contains(theirs, name, host),
      );
      assert.deepEqual(memberships.get(host), inside.toSorted(), host);
    }
  });
}

function contains({ groups }: Listed, name: string, host: string): boolean {
  const group = groups[name];
  return group?.hosts?.includes(host) === true || (group?.children ?? []).some((child) => contains({ groups, hosts: {} }, child, host));
}

test("the values of a host come from its groups in Ansible's order", { skip }, (t) => {
  const { path } = written(
    t,
    `all:
  vars: { a: all, b: all, c: all, d: all, e: all, m: { x: 1 } }
  children:
    zone: { vars: { b: zone, c: zone, m: { y: 2 } }, children: { deep: } }
    deep: { vars: { b: deep } }
    alpha: { vars: { c: alpha, d: alpha }, hosts: { "n[1:2]": { e: host } } }
    beta: { vars: { ansible_group_priority: 10, c: beta }, hosts: n1 }
    gamma: { vars: { c: gamma, d: gamma }, hosts: n1 }
deep: { hosts: { n1: } }
`,
  );
  const { stdout } = spawnSync(program, ["-i", path, "--host", "n1"], { encoding: "utf8" });
  assert.deepEqual({ ...valuesOfHosts(new InventoryFile(path).reading())("n1") }, JSON.parse(stdout));
});
