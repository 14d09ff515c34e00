/** Changes by Muster in inventories that people wrote: each byte of the other entries stays, and so does their meaning. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { Inventory } from "../../../../daemon/machines/inventory/inventory.ts";
import { Variables } from "../../../../daemon/machines/inventory/variables.ts";
import { written } from "../../../support/machines/inventory-file.ts";

const program = "/usr/bin/ansible-inventory";
const skip = existsSync(program) ? false : "ansible is not installed";

const values = `wol: 00:11:22:33:44:55
bmc: 52:54:00:12:34:56
half: 08
rate: 1e3
mask: 0x1F
mode: 0644
big: 1_000
answer: yes
letter: y
day: 2026-01-02
none: ~
list:   [ 00:11, 1:30,on ]
long: a long text that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on
folded: >-
    one
    two
`.trimEnd();
const indented = (columns: number) => values.replaceAll(/^/gm, " ".repeat(columns));
const flow = values.split("\nfolded")[0]?.split("\n").join(", ");

const styles: Record<string, string> = {
  "two spaces": `all:\n  children:\n    lab:\n      hosts:\n        old1:\n${indented(10)}\n        old2:   # spare\n      vars:\n        on: off\n        1:30: x\n`,
  "four spaces and a document mark": `---\n# by hand\nall:\n    children:\n        lab:\n            hosts:\n                old1:\n${indented(20)}\n                old2: {}\n...\n`,
  "flow style": `{all: {children: {lab: {hosts: {old1: {${flow}}, old2: , }, vars: {yes: no}}}}}\n`,
  "flow style below block style": `all:\n  children: {lab: {hosts: {old1: {${flow}}, old2: }}}\n`,
  "Windows line ends": `all:\r\n  children:\r\n    lab:\r\n      hosts:\r\n        old1:\r\n${indented(10).replaceAll("\n", "\r\n")}\r\n        old2:\r\n`,
  "no line end at the end": `all:\n  children:\n    lab:\n      hosts:\n        old2:\n        old1:\n          wol: 00:11:22:33:44:55\n          bmc:  52:54:00:12:34:56`,
  "an anchor, an alias and a merge": `all:\n  vars: &v { wol: 00:11:22:33:44:55, half: 08 }\n  children:\n    lab:\n      hosts:\n        old1: *v\n        old2: { <<: *v, half: 09 }\n`,
  "a group that is written first and below": `lab:\n  hosts:\n    old1:\n${indented(6)}\n    old2:\nall:\n  children:\n    worker_nodes:\n      hosts:   {}   # none yet\n    lab:\n`,
  "a key that stands twice": `all:\n  children:\n    lab:\n      hosts:\n        old1: { wol: 00:11:22:33:44:55, wol: 10:11:22:33:44:55 }\n        old2:\n`,
};

function listed(path: string) {
  const { stdout, stderr } = spawnSync(program, ["-i", path, "--list", "--export"], { encoding: "utf8" });
  assert.ok(!stderr.includes("Unable to parse"), stderr);
  return JSON.parse(stdout);
}

/** Removes each line of `before` from the lines of `after`, in order. A line must not be missing. */
function newLines(before: string, after: string): string[] {
  const lines = after.split("\n");
  let at = 0;
  const found: string[] = [];
  for (const line of before.split("\n")) {
    while (at < lines.length && lines[at] !== line) found.push(lines[at++] ?? "");
    assert.ok(at < lines.length, `this line is gone: ${line}\n${after}`);
    at++;
  }
  return [...found, ...lines.slice(at)];
}

for (const [style, before] of Object.entries(styles)) {
  test(`${style}: entries of others keep their bytes and their meaning`, { skip }, async (t) => {
    const { path, text } = written(t, before);
    const earlier = listed(path);
    const inventory = new Inventory(path);
    const variables = new Variables(inventory.file);
    await Promise.all([
      inventory.upsertHost({ name: "n1", address: "10.0.0.1" }),
      inventory.upsertHost({ name: "n2", address: "10.0.0.2" }),
    ]);
    await inventory.upsertHost({ name: "n1", address: "10.0.0.9" });
    await variables.join("n1", "fresh");
    await variables.set({ group: "fresh" }, "colour", "red");
    await variables.set({ node: "n1" }, "rack", { place: [1, "a"], "00:11": true });
    if (!style.includes("flow") && !style.includes("no line end"))
      assert.ok(newLines(before, text().replace("hosts:   # none yet", "hosts:   {}   # none yet")).length > 4);
    else if (style.includes("flow")) for (const piece of (flow ?? "").split(", ")) assert.ok(text().includes(piece), `${piece}\n${text()}`);
    const later = listed(path);
    for (const host of ["old1", "old2"]) assert.deepEqual(later._meta.hostvars[host], earlier._meta.hostvars[host], text());
    assert.deepEqual(later.lab, earlier.lab);
    assert.deepEqual(later.all.vars, earlier.all.vars);
    assert.deepEqual(later.worker_nodes.hosts.toSorted(), ["n1", "n2"]);
    assert.deepEqual(later._meta.hostvars.n1, { ansible_host: "10.0.0.9", rack: { place: [1, "a"], "00:11": true } });
    assert.deepEqual([later.fresh.hosts, later.fresh.vars], [["n1"], { colour: "red" }]);
    // A change of one value of another host leaves that host's other values as they are.
    await variables.set({ group: "lab" }, "half", 7);
    await variables.join("n2", "lab");
    await variables.leave("n2", "lab");
    await inventory.removeHost("n1");
    await inventory.removeHost("n2");
    const last = listed(path);
    assert.deepEqual(last._meta.hostvars.old1, earlier._meta.hostvars.old1, text());
    assert.deepEqual(last.lab.vars, { ...earlier.lab.vars, half: 7 });
    assert.deepEqual(last.worker_nodes?.hosts ?? [], []);
  });
}

test("a call-home changes nothing but its own lines", async (t) => {
  const before = styles["two spaces"] ?? "";
  const { inventory, text } = written(t, before);
  await inventory.upsertHost({ name: "n1", address: "10.0.0.1" });
  assert.equal(text(), `${before}    worker_nodes:\n      hosts:\n        n1:\n          ansible_host: 10.0.0.1\n`);
  await inventory.upsertHost({ name: "n1", address: "10.0.0.2" });
  assert.equal(text(), `${before}    worker_nodes:\n      hosts:\n        n1:\n          ansible_host: 10.0.0.2\n`);
});

test("a change that an anchor would carry to another host is refused, and the machine that calls next is written", async (t) => {
  const before =
    "all:\n  children:\n    worker_nodes:\n      hosts:\n        n1: &one\n          ansible_host: 10.0.0.1\n        old1: *one\n";
  const { inventory, text } = written(t, before);
  const [carried, other] = await Promise.allSettled([
    inventory.upsertHost({ name: "n1", address: "10.0.0.7" }),
    inventory.upsertHost({ name: "n2", address: "10.0.0.2" }),
  ]);
  assert.match(String(carried.status === "rejected" && carried.reason.message), /carry this change to old1; write out the values of old1/);
  assert.equal(other.status, "fulfilled");
  assert.equal(text(), `${before}        n2:\n          ansible_host: 10.0.0.2\n`);
});

test("the aligned values, comments and other lines around a changed value stay", async (t) => {
  const before =
    "all:\n  children:\n    worker_nodes:\n      hosts:\n        n1:\n          ansible_host:   10.0.0.1   # by cable\n          mac:            00:11:22:33:44:55\n";
  const { inventory, variables, text } = written(t, before);
  await inventory.upsertHost({ name: "n1", address: "10.0.0.2" });
  await variables.set({ node: "n1" }, "mac", "52:54:00:12:34:56");
  assert.equal(text(), before.replace("10.0.0.1 ", "10.0.0.2 ").replace("00:11:22:33:44:55", '"52:54:00:12:34:56"'));
});
