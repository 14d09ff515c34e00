/** Places of machines over the real API: operators set them, a place has one machine, and each change is an event. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "../../../support/dhcp/served.ts";
import { addNode } from "../../../support/world.ts";

const said = (body: object) => ({ method: "POST", body: JSON.stringify(body) });
const codeOf = ({ body }: { body: unknown }) => (body as { error: { code: string; message: string } }).error;

async function withRack(served: Served) {
  const key = served.key("operator");
  const ask = (path: string, wish: object) => served.request(path, { key, ...wish });
  assert.equal((await ask("/api/racks", said({ name: "A", kind: "rack", rows: 10 }))).status, 200);
  return ask;
}

test("a machine is placed, moved and taken out, and each is an event that names who said it", async (t) => {
  const served = await serve(t);
  const ask = await withRack(served);
  const { name, id } = addNode(served.world, { phase: "accepted" }, "n1");
  const placed = await ask(`/api/nodes/${name}/place`, said({ rack: "A", row: 3, height: 2 }));
  assert.deepEqual(placed.body, { node: "n1", rack: "A", row: 3, column: 1, height: 2 });
  await ask(`/api/nodes/${name}/place`, said({ rack: "A", row: 9, height: 2 }));
  const { body } = await ask("/api/racks", {});
  assert.deepEqual(body, {
    racks: [{ name: "A", kind: "rack", rows: 10, columns: 1 }],
    places: [{ node: "n1", rack: "A", row: 9, column: 1, height: 2 }],
  });
  await ask(`/api/nodes/${name}/place`, { method: "DELETE" });
  assert.deepEqual(served.world.racks.places(), []);
  const told = served.world.events.ofNode(id, 0, 100).filter(({ type }) => type.endsWith("placed"));
  assert.deepEqual(
    told.map(({ type }) => type),
    ["node.placed", "node.placed", "node.unplaced"],
  );
  assert.match(told[1]?.summary ?? "", /^placed in A, units 9-10, by operator/);
});

test("two machines never stand in one place, nor one outside its rack", async (t) => {
  const served = await serve(t);
  const ask = await withRack(served);
  for (const name of ["n1", "n2"]) addNode(served.world, { phase: "accepted" }, name);
  await ask("/api/nodes/n1/place", said({ rack: "A", row: 5, height: 3 }));
  const refusals = [
    { row: 7, why: "row: n1 stands at units 5-7 of A" },
    { row: 3, height: 3, why: "row: n1 stands at units 5-7 of A" },
    { row: 10, height: 2, why: "row: A has 10 units, which leaves no room at units 10-11" },
    { row: 1, column: 2, why: "row: A has 10 units, which leaves no room at unit 1" },
  ];
  for (const { why, ...place } of refusals) {
    const answer = await ask("/api/nodes/n2/place", said({ rack: "A", ...place }));
    assert.deepEqual([answer.status, codeOf(answer).code, codeOf(answer).message], [409, "PLACE_REFUSED", why]);
  }
  assert.equal((await ask("/api/nodes/n2/place", said({ rack: "A", row: 8 }))).status, 200);
  assert.equal(codeOf(await ask("/api/nodes/n2/place", said({ rack: "B", row: 8 }))).code, "RACK_NOT_FOUND");
  const smaller = await ask("/api/racks", said({ name: "A", kind: "rack", rows: 6 }));
  assert.equal(codeOf(smaller).code, "PLACE_REFUSED");
  assert.equal(served.world.racks.find("A")?.rows, 10);
});

test("a retired machine leaves its place, and a rack that is removed lets all of its own go", async (t) => {
  const served = await serve(t);
  const ask = await withRack(served);
  const node = addNode(served.world, { phase: "accepted" }, "n1");
  addNode(served.world, { phase: "accepted" }, "n2");
  await ask("/api/nodes/n1/place", said({ rack: "A", row: 5 }));
  const at = new Date().toISOString();
  served.world.registry.update(node.id, (was) => ({
    node: { ...was, state: { phase: "retired", at } },
    event: { source: "control", type: "node.retired", summary: "retired" },
  }));
  assert.equal((await ask("/api/nodes/n2/place", said({ rack: "A", row: 5 }))).status, 200);
  assert.equal(codeOf(await ask("/api/nodes/n1/place", said({ rack: "A", row: 6 }))).code, "NODE_WRONG_PHASE");
  await ask("/api/racks/A", { method: "DELETE" });
  assert.deepEqual((await ask("/api/racks", {})).body, { racks: [], places: [] });
});

test("a machine that comes back after it was retired does not stand where another was put meanwhile", async (t) => {
  const served = await serve(t);
  const ask = await withRack(served);
  for (const name of ["n1", "n2"]) addNode(served.world, { phase: "accepted" }, name);
  await ask("/api/nodes/n1/place", said({ rack: "A", row: 7 }));
  assert.equal((await ask("/api/nodes/n1/retire", said({}))).status, 200);
  await ask("/api/nodes/n2/place", said({ rack: "A", row: 7 }));
  assert.equal((await ask("/api/nodes/n1/accept", said({}))).status, 200);
  const { body } = await ask("/api/racks", {});
  assert.deepEqual((body as { places: unknown[] }).places, [{ node: "n2", rack: "A", row: 7, column: 1, height: 1 }]);
});

test("a room has tiles", async (t) => {
  const served = await serve(t);
  const ask = await withRack(served);
  addNode(served.world, { phase: "accepted" }, "n1");
  await ask("/api/racks", said({ name: "the cellar", kind: "room", rows: 3, columns: 4 }));
  assert.equal((await ask("/api/nodes/n1/place", said({ rack: "the cellar", row: 3, column: 4 }))).status, 200);
  assert.match(codeOf(await ask("/api/nodes/n1/place", said({ rack: "the cellar", row: 3, column: 5 }))).message, /3 rows and 4 columns/);
  assert.match(codeOf(await ask("/api/nodes/n1/place", said({ rack: "the cellar", row: 1, column: 1, height: 2 }))).message, /one tile/);
  assert.match(codeOf(await ask("/api/racks", said({ name: "B", kind: "rack", rows: 3, columns: 4 }))).message, /a rack has one/);
});
