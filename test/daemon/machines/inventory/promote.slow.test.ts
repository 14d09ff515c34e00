import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";

const ansible = existsSync("/usr/bin/ansible") ? false : "ansible is not installed";

function inventoryOf(t: TestContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), "muster-promote-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "inventory.yaml");
  writeFileSync(file, text);
  return { inventory: new Inventory(file), file, text: () => readFileSync(file, "utf8") };
}

const workers = `all:
  children:
    worker_nodes:
      hosts:
        # in the corner
        n1:
          ansible_host: 10.0.0.1 # by cable
          rack: 4
        n2:
          ansible_host: 10.0.0.2
`;

test("a promoted worker is a controller, with its variables and comments, and the others stay", async (t) => {
  const { inventory, text } = inventoryOf(t, workers);
  await inventory.promoteHost("n1");
  assert.match(
    text(),
    /controller_nodes:\n {6}hosts:\n {8}(# in the corner\n {8})?n1:\n {10}ansible_host: 10\.0\.0\.1 # by cable\n {10}rack: 4\n/,
  );
  assert.match(text(), /worker_nodes:\n {6}hosts:\n(?: {8}#.*\n)? {8}n2:/);
  const once = text();
  await inventory.promoteHost("n1");
  assert.equal(text(), once, "a second time changes nothing");
});

test("a controller that calls home again stays one, gets its new address, and is taken out like any other", async (t) => {
  const { inventory, text } = inventoryOf(t, workers);
  await inventory.promoteHost("n1");
  await inventory.upsertHost({ name: "n1", address: "10.0.0.9" });
  assert.equal(text().match(/n1:/g)?.length, 1);
  assert.equal(inventory.hosts().get("n1"), "10.0.0.9");
  await inventory.upsertHost({ name: "n2", address: "10.0.0.9" }, ["n1"]);
  assert.equal(inventory.hosts().has("n1"), false, "its address is another's now");
  await inventory.promoteHost("n2");
  await inventory.removeHost("n2");
  assert.equal(inventory.hosts().size, 0);
});

test("a host that is no worker is not promoted, and the file stays as it was", async (t) => {
  const { inventory, text } = inventoryOf(t, workers);
  assert.throws(() => inventory.requireWorker("n9"), { code: "NODE_WRONG_PHASE" });
  await assert.rejects(inventory.promoteHost("n9"), { code: "NODE_WRONG_PHASE" });
  inventory.requireWorker("n1");
  assert.equal(text(), workers);
});

test("Ansible finds workers and controllers by the pattern our playbooks name", { skip: ansible }, async (t) => {
  const { inventory, file } = inventoryOf(t, workers);
  const hosts = () => {
    const pattern = /hosts: (\S+)/.exec(readFileSync(join(import.meta.dirname, "../../../../ansible/playbook.yaml"), "utf8"))?.[1] ?? "";
    const { stdout, stderr } = spawnSync("ansible", ["-i", file, pattern, "--list-hosts"], { encoding: "utf8" });
    assert.doesNotMatch(stderr, /WARNING/);
    return [...stdout.matchAll(/^ {4}(n\d)$/gm)].map((match) => match[1]).sort();
  };
  assert.deepEqual(hosts(), ["n1", "n2"]);
  await inventory.promoteHost("n1");
  assert.deepEqual(hosts(), ["n1", "n2"]);
});
