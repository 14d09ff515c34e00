/**
 * Groups and variables in the inventory file: values that were set, values that Ansible reads, and entries of
 * others.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Scalar } from "yaml";
import { VariableName, VariableValue } from "../../../../daemon/contract/machines/inventory.ts";
import type { Node } from "../../../../daemon/contract/machines/node.ts";
import { problemsOf } from "../../../../daemon/machines/inventory/problems.ts";
import { ensureMap, put } from "../../../../daemon/machines/inventory/writing/entries.ts";
import { BY_HAND, written } from "../../../support/machines/inventory-file.ts";

test("variables and groups are written next to entries of others, and are removed without a trace", async (t) => {
  const { variables, inventory, text } = written(t);
  await variables.set({ node: "n1" }, "rack", 4);
  await variables.set({ group: "rack4" }, "power", "32A");
  await variables.join("n1", "rack4");
  const lines = text().split("\n");
  for (const line of BY_HAND.split("\n")) assert.ok(lines.includes(line) || line.includes("16A"), line);
  const { groups, hosts } = inventory.file.reading();
  assert.deepEqual(
    groups.find(({ name }) => name === "rack4"),
    { name: "rack4", hosts: ["h1", "n1"], children: [], vars: { power: "32A" } },
  );
  assert.deepEqual(hosts.n1, { ansible_host: "10.0.0.1", rack: 4 });
  assert.deepEqual(hosts.h1, { ansible_host: "10.0.0.7", token: "[vault]" });

  await variables.unset({ node: "n1" }, "rack");
  await variables.leave("n1", "rack4");
  await variables.set({ group: "rack4" }, "power", "16A");
  assert.equal(text(), BY_HAND.replace("16A", '"16A"'));
});

test("a missing entry is named, and people cannot fill the groups that Muster itself keeps", async (t) => {
  const { variables, text } = written(t);
  await assert.rejects(variables.set({ group: "nope" }, "a", 1), { code: "GROUP_NOT_FOUND" });
  await assert.rejects(variables.unset({ node: "n1" }, "nope"), { code: "REQUEST_INVALID", message: "key: no variable nope is set there" });
  await assert.rejects(variables.leave("n1", "rack4"), { message: "node: n1 is not in the group rack4" });
  await assert.rejects(variables.join("n1", "controller_nodes"), { message: /muster promote/ });
  await assert.rejects(variables.join("n1", "h1"), { message: /is the name of a host/ });
  assert.equal(text(), BY_HAND);
});

test("variables of a node wait for its first call, survive the loss of its address, and are removed when it retires", async (t) => {
  const { variables, inventory, path } = written(t);
  await variables.set({ node: "n2" }, "rack", 4);
  assert.deepEqual([...inventory.hosts().keys()], ["n1"], "it has no address yet");
  assert.match(readFileSync(path, "utf8"), /ansible_host: n2\.no-address\.invalid/);
  await inventory.upsertHost({ name: "n2", address: "10.0.0.2" });
  await inventory.upsertHost({ name: "n3", address: "10.0.0.2" }, ["n2"]);
  assert.equal(inventory.hosts().has("n2"), false);
  await inventory.upsertHost({ name: "n2", address: "10.0.0.4" });
  await variables.join("n2", "rack4");
  assert.deepEqual(inventory.file.reading().hosts.n2, { rack: 4, ansible_host: "10.0.0.4" });
  await inventory.removeHost("n2");
  assert.ok(!readFileSync(path, "utf8").includes("n2"));
});

for (const name of ["ansible_connection", "ansible_host", "ansible_ssh_common_args", "hostvars", "Rack", "a-b", "{{x}}", "__proto__", ""]) {
  test(`${JSON.stringify(name)} is not a variable to set`, () => {
    assert.equal(VariableName.safeParse(name).success, false);
  });
}

for (const value of ["<<", "a\0b", "a\u001b[31m", "\ud800", 1e21, 1e-7, Number.NaN, null, [[[[[[1]]]]]], "x".repeat(9000)]) {
  test(`${JSON.stringify(value)?.slice(0, 30)} is not a value to set`, () => {
    assert.equal(VariableValue.safeParse(value).success, false);
  });
}

test("a lock that another program took over ends in an error and an untouched file", async (t) => {
  const { inventory, path, text } = written(t);
  const takenOver = inventory.file.change(["all"], (document) => {
    rmdirSync(`${path}.lock`);
    mkdirSync(`${path}.lock`);
    put(ensureMap(document, ["all", "vars"]), "ours", new Scalar(true));
  });
  await assert.rejects(takenOver, { code: "INVENTORY_LOCKED", message: /was lost; nothing was written/ });
  assert.equal(text(), BY_HAND);
  const gone = inventory.file.change(["all"], (document) => {
    rmSync(`${path}.lock`, { recursive: true, force: true });
    put(ensureMap(document, ["all", "vars"]), "ours", new Scalar(true));
  });
  await assert.rejects(gone, { code: "INVENTORY_LOCKED" });
  assert.equal(text(), BY_HAND);
});

test("changes that an editor saves in the middle of a change are kept, and changed", async (t) => {
  const { inventory, path, text } = written(t);
  let saved = false;
  await inventory.file.change(["all"], (document) => {
    if (!saved) writeFileSync(path, `${BY_HAND}# saved meanwhile\n`);
    saved = true;
    put(ensureMap(document, ["all", "vars"]), "ours", new Scalar(true));
  });
  assert.match(text(), /# not the attic\n {4}ours: true\n[\s\S]*\n# saved meanwhile\n$/);
});

test("problems in the file are found, each with its fix", (t) => {
  const state = { phase: "ready", since: "2026-01-01T00:00:00.000Z" } as const;
  const node = (name: string, address: string): Node => ({
    id: name,
    name,
    macs: ["52:54:00:00:00:01"],
    state,
    address,
    facts: {},
    createdAt: state.since,
    updatedAt: state.since,
  });
  const { inventory } = written(
    t,
    `${BY_HAND}        bad:\n          ansible_host: "{{ lookup('pipe','id') }}"\n        bare: {}\n        here:\n          ansible_host: 10.0.0.8\n          ansible_connection: local\n`,
  );
  const found = problemsOf(inventory.file.reading(), [node("n1", "10.0.0.9"), node("n2", "10.0.0.2"), node("region", "10.0.0.3")]);
  assert.deepEqual(
    found.map(({ where, problem }) => `${where} ${problem.split(":")[0]}`),
    [
      "n1 has the address 10.0.0.9, but the file says 10.0.0.1",
      "n2 is ready and in none of worker_nodes, controller_nodes",
      "region is ready and in none of worker_nodes, controller_nodes",
      "region is a group and a node",
      "bad has a template as its address",
      "bare has no ansible_host",
      "here has ansible_connection",
    ],
  );
  assert.ok(found.every(({ hint }) => hint.length > 10));
});
