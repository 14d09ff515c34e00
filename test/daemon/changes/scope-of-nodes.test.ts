/** The scope of a node, for each way in which the inventory of a site can put the node into prod. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inventoryFacts, knownNodes } from "../../../daemon/changes/known-nodes.ts";
import { chooseNodes, scopeOf } from "../../../daemon/changes/plans/targets.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { InventoryFile } from "../../../daemon/machines/inventory/file.ts";
import { written } from "../../support/machines/inventory-file.ts";

const at = "2026-01-01T00:00:00.000Z";
const machine = (name: string, address: string): Node => ({
  id: name,
  name,
  macs: ["52:54:00:00:00:01"],
  state: { phase: "ready", since: at },
  address,
  facts: {},
  createdAt: at,
  updatedAt: at,
});
const fleet = [machine("n11", "10.0.0.11"), machine("n12", "10.0.0.12"), machine("n13", "10.0.0.13")];

/** n11 and n12 are in dev. The test adds `prod` and other groups. */
const inventory = (prod: string, more = "") => `all:
  vars:
    shared: &shared { n11: , n12: }
  children:
    worker_nodes:
      hosts:
        n11: { ansible_host: 10.0.0.11 }
        n12: { ansible_host: 10.0.0.12 }
        n13: { ansible_host: 10.0.0.13 }
    dev:
      hosts: { n11: , n12: , n13: }
    prod:
      ${prod}
${more}`;

const ways: Record<string, string> = {
  "its name": inventory("hosts: { n11: }"),
  "its name as a text": inventory("hosts: n11"),
  "a range": inventory('hosts: { "n[11:12]": }'),
  "a range with steps": inventory('hosts: { "n[1:11:10]": }'),
  "a range with leading zeros": inventory('hosts: { "n[01:11]": }'),
  "a range inside another range": inventory('hosts: { "[m:n]1[0:1]": }'),
  "a name with a port": inventory('hosts: { "n11:2222": }'),
  "an alias": inventory("hosts: *shared"),
  "a merge": inventory("hosts: { <<: *shared }"),
  "a list of merges": inventory("hosts: { <<: [*shared] }"),
  "a merge of the whole group": inventory("<<: { hosts: { n11: } }"),
  "a child group": inventory("children: { shop: }", '    shop: { hosts: { "n[11:11]": } }'),
  "a child group as a text": inventory("children: shop", "    shop: { hosts: n11 }"),
  "a second entry of the group": inventory("hosts: { other: }", "prod:\n  hosts: { n11: }\n"),
  "a key that stands twice": inventory("hosts: { other: }\n      hosts: { n11: }"),
  "another name with its address": inventory("hosts: { shop: { ansible_host: 10.0.0.11 } }"),
  "another name whose group has its address": inventory("hosts: { shop: }\n      vars: { ansible_host: 10.0.0.11 }"),
  "another name that connects to its name": inventory("hosts: { shop: { ansible_host: n11.lan } }"),
  "its address": inventory("hosts: { 10.0.0.11: }"),
  "its name with a domain": inventory("hosts: { n11.example.org: }"),
  "a name whose address is a variable": inventory(`hosts: { shop: { ansible_host: "{{ hostvars['n11'].ansible_host }}" } }`),
};

for (const [way, text] of Object.entries(ways)) {
  test(`a node of dev that is in prod by ${way} counts as prod`, (t) => {
    const { path } = written(t, text);
    const known = knownNodes(fleet, inventoryFacts(new InventoryFile(path))());
    assert.deepEqual(
      chooseNodes(["group:prod"], known).nodes.flatMap(({ name }) => (name === "n11" ? [name] : [])),
      ["n11"],
    );
    assert.equal(known.flatMap((node) => (node.name === "n11" ? [scopeOf(node)] : [])).join(), "prod");
  });
}

test("the other nodes of dev stay in dev", (t) => {
  for (const way of ["its name", "another name with its address", "its address", "a child group"]) {
    const known = knownNodes(fleet, inventoryFacts(new InventoryFile(written(t, ways[way]).path))());
    assert.deepEqual(known.map(scopeOf), ["prod", "dev", "dev"], way);
  }
});

test("nodes behind one address are machines of their own", (t) => {
  const text = inventory("hosts: { n12: }").replaceAll(/10\.0\.0\.1[123] /g, "10.0.0.1 ");
  const shared = fleet.map((node) => ({ ...node, address: "10.0.0.1" }));
  const known = knownNodes(shared, inventoryFacts(new InventoryFile(written(t, text).path))());
  assert.deepEqual(known.map(scopeOf), ["dev", "prod", "dev"]);
});

test("another name in staging makes a node of dev stricter, but a node without a group no looser", (t) => {
  const text = inventory(
    "hosts: { other: }",
    "    staging: { hosts: { a: { ansible_host: 10.0.0.11 }, b: { ansible_host: 10.0.0.99 } } }\n",
  );
  const known = knownNodes([...fleet, machine("new", "10.0.0.99")], inventoryFacts(new InventoryFile(written(t, text).path))());
  assert.deepEqual(known.map(scopeOf), ["staging", "dev", "dev", "prod"]);
});

test("a group that lists its hosts by a range is a target", (t) => {
  const { path } = written(t, inventory("hosts: { other: }", '    lab: { hosts: { "n[11:12]": } }\n'));
  const { nodes } = chooseNodes(["group:lab"], knownNodes(fleet, inventoryFacts(new InventoryFile(path))()));
  assert.deepEqual(
    nodes.map(({ name }) => name),
    ["n11", "n12"],
  );
});

for (const [what, text] of [
  ["a list of hosts", "all: { children: { dev: { hosts: [n11] } } }"],
  ["a configuration of a plugin", "plugin: constructed\nall: { children: { dev: { hosts: { n11: } } } }"],
  ["a program", "#!/bin/sh\nall: { children: { dev: { hosts: { n11: } } } }"],
  ["a tag that Muster does not know", "all: { children: { dev: { hosts: { n11: { a: !mine 1 } } } } }"],
  ["a merge of a text", "all: { children: { dev: { hosts: { <<: n11 } } } }"],
] as const)
  test(`${what} is not understood, and an error says so`, (t) => {
    assert.throws(() => knownNodes(fleet, inventoryFacts(new InventoryFile(written(t, text).path))()), { code: "INVENTORY_INVALID" });
  });
