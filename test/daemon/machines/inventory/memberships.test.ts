/** The groups of a host, from the inventory file as Ansible reads it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDocument } from "yaml";
import { groupsOfHosts } from "../../../../daemon/machines/inventory/reading/memberships.ts";
import { read } from "../../../../daemon/machines/inventory/reading/reading.ts";

const groupsIn = (text: string) =>
  Object.fromEntries(groupsOfHosts(read(parseDocument(text, { version: "1.1", schema: "failsafe" })).groups));

test("a host is in its own groups and in all above them", () => {
  assert.deepEqual(
    groupsIn(`
all:
  children:
    worker_nodes: { hosts: { n1: , n2: } }
    prod: { children: { shop: } }
    shop: { hosts: { n1: } }
`),
    { n1: ["prod", "shop", "worker_nodes"], n2: ["worker_nodes"] },
  );
});

test("a host of no group but the one of everybody is in none", () => {
  assert.deepEqual(groupsIn("all: { hosts: { n1: } }"), { n1: [] });
});

test("groups below each other are walked once", () => {
  assert.deepEqual(groupsIn("all: { children: { a: { hosts: { n1: }, children: { b: { children: { a: } } } } } }"), { n1: ["a", "b"] });
});
