/** Plans are made for machines in the groups the inventory file has them in now, however seldom it is read. */
import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { knowingNodes } from "../../../daemon/compose/known-nodes.ts";
import { InventoryFile } from "../../../daemon/inventory/file.ts";
import { addNode, openWorld } from "../../support/world.ts";

class CountedFile extends InventoryFile {
  reads = 0;
  override read() {
    this.reads += 1;
    return super.read();
  }
}

test("a group is the one of the file as it is, also when its size and its time are what they were", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-known-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const world = openWorld();
  t.after(() => world.db.close());
  addNode(world, { phase: "accepted" }, "n1");
  const file = new CountedFile(join(folder, "inventory.yaml"));
  const known = knowingNodes(file);
  const groups = () => known(world.nodes.list())[0]?.groups;
  const write = (group: string) => writeFileSync(file.path, `all:\n  children:\n    ${group}:\n      hosts:\n        n1:\n`);

  assert.deepEqual(groups(), []);
  const then = new Date("2026-01-01T00:00:00Z");
  for (const group of ["blue", "pink", "teal"]) {
    write(group);
    utimesSync(file.path, then, then);
    assert.deepEqual(groups(), [group]);
  }
  const reads = file.reads;
  await new Promise((done) => setTimeout(done, 2100));
  for (let times = 0; times < 3; times++) assert.deepEqual(groups(), ["teal"]);
  assert.equal(file.reads, reads + 1, "one that has settled is read once");
  writeFileSync(`${file.path}.new`, "all:\n  children:\n    rose:\n      hosts:\n        n1:\n");
  renameSync(`${file.path}.new`, file.path);
  assert.deepEqual(groups(), ["rose"]);
});
