/** Racks and rooms, with the real program and the real daemon. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { withDaemon } from "../muster.ts";

const { ask } = withDaemon({ accepted: { mac: "52:54:00:00:00:02", name: "rack1-n2" } });

test("a rack keeps its size until another is named, and cannot be a room too", async () => {
  assert.equal((await ask("rack", "add", "A", "--units", "20")).out, "A: 20 units.\n");
  const again = await ask("rack", "add", "A");
  assert.equal(again.code, 2);
  assert.match(again.err, /A exists already: 20 units\n→ .*--units or --room/);
  const both = await ask("rack", "add", "A", "--room", "6x10", "--units", "30");
  assert.equal(both.code, 2);
  assert.match(both.err, /--units.*cannot be used with.*--room/);
  assert.match((await ask("rack")).out, /^A +20 units/m);
  assert.equal((await ask("rack", "add", "A", "--units", "30")).out, "A: 30 units.\n");
  assert.equal((await ask("rack", "add", "B")).out, "B: 42 units.\n");
});

test("the place of a machine is shown in units of a rack, or in rows and columns of a room", async () => {
  assert.equal((await ask("rack", "add", "C")).code, 0);
  assert.equal((await ask("rack", "add", "cellar", "--room", "6x10")).out, "cellar: 6 rows, 10 columns.\n");
  assert.equal((await ask("rack", "place", "rack1-n2", "C", "7", "--height", "2")).out, "rack1-n2 stands in C, units 7-8.\n");
  assert.equal((await ask("rack", "place", "rack1-n2", "cellar", "2", "5")).out, "rack1-n2 stands in cellar, row 2, column 5.\n");
});
