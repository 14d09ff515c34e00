/** The approval of a schedule is bound to the scope and the values of each node, but not to the address of its lease. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { nodeBindings } from "../../../daemon/changes/node-bindings.ts";
import type { Node } from "../../../daemon/contract/machines/node.ts";
import { InventoryFile } from "../../../daemon/machines/inventory/file.ts";
import { written } from "../../support/machines/inventory-file.ts";

const at = "2026-11-21T10:00:00.000Z";
const web1: Node = {
  id: "1",
  name: "web1",
  macs: ["52:54:00:00:00:01"],
  state: { phase: "ready", since: at },
  address: "10.0.0.1",
  facts: {},
  createdAt: at,
  updatedAt: at,
};
const TEXT = `all:
  vars: { site: cellar }
  children:
    worker_nodes:
      hosts:
        web1: { ansible_host: 10.0.0.1, app_version: 1 }
        web2: { ansible_host: 10.0.0.2, app_version: 1 }
    dev: { hosts: { web1: }, vars: { level: 1 } }
`;

function bench(t: TestContext) {
  const { path, folder } = written(t, TEXT);
  const read = (node: Node = web1, forAll: object = { user: "admin" }) => nodeBindings(new InventoryFile(path), forAll)()(node);
  const replace = (from: string, to: string) => writeFileSync(path, TEXT.replace(from, to));
  return { path, folder, read, replace };
}

for (const [what, from, to] of [
  ["a value of the node", "app_version: 1 }", "app_version: 2 }"],
  ["a value of its group", "level: 1", "level: 2"],
  ["a value of all nodes", "cellar", "attic"],
  ["a new variable", "vars: { level: 1 }", "vars: { level: 1, x: y }"],
  ["the scope", "    dev:", "    prod:"],
  ["a group without a scope", "    dev:", "    web: { hosts: { web1: } }\n    dev:"],
  ["a local connection", "app_version: 1 }", "app_version: 1, ansible_connection: local }"],
  ["the address of another machine", "10.0.0.1", "10.0.0.9"],
] as const)
  test(`${what} is another binding`, (t) => {
    const { read, replace } = bench(t);
    const before = read();
    assert.equal(read(), before);
    replace(from, to);
    assert.notEqual(read(), before);
  });

test("a new lease, a lost address and the values of another node are not", (t) => {
  const { read, replace } = bench(t);
  const before = read();
  replace("10.0.0.1", "10.0.0.77");
  assert.equal(read({ ...web1, address: "10.0.0.77" }), before);
  replace("10.0.0.1", "web1.no-address.invalid");
  assert.equal(read({ ...web1, address: undefined } as unknown as Node), before);
  replace("10.0.0.2, app_version: 1", "10.0.0.3, app_version: 7");
  assert.equal(read(), before);
});

test("another machine of the same name, other keys of administrators, and files next to the inventory are another binding", (t) => {
  const { read, folder } = bench(t);
  const before = read();
  assert.notEqual(read({ ...web1, id: "2" }), before);
  assert.notEqual(read(web1, { user: "mallory" }), before);
  mkdirSync(join(folder, "host_vars"));
  writeFileSync(join(folder, "host_vars/web1.yaml"), "app_version: 3\n");
  assert.notEqual(read(), before);
});
