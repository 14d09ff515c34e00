/** The layout of racks and rooms, and the free places for a machine that is being moved. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Placed, Rack } from "../../../daemon/contract/machines/rack.ts";
import { parseQuery, queryHash, wholeFleet } from "../../../web/src/machines/fleet/fleet-query.ts";
import { cellsOf, fits, nextIn, positionOf, spotOf } from "../../../web/src/machines/racks/rack-picture.ts";

const rack: Rack = { name: "A", kind: "rack", rows: 10, columns: 1 };
const room: Rack = { name: "cellar", kind: "room", rows: 2, columns: 3 };
const places: Placed[] = [{ node: "n1", rack: "A", row: 5, column: 1, height: 2 }];

test("a rack is drawn from its highest unit, a room from its upper left", () => {
  assert.deepEqual(spotOf({ row: 5, column: 1, height: 2 }, rack), { gridRow: 5, gridColumn: 1, span: 2 });
  assert.deepEqual(spotOf({ row: 10, column: 1, height: 1 }, rack), { gridRow: 1, gridColumn: 1, span: 1 });
  assert.deepEqual(spotOf({ row: 2, column: 3, height: 1 }, room), { gridRow: 2, gridColumn: 3, span: 1 });
  assert.deepEqual(cellsOf(rack)[0], { row: 10, column: 1 });
  assert.deepEqual(
    cellsOf(room).map(({ row, column }) => `${row}.${column}`),
    ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3"],
  );
});

test("a machine fits where every unit it takes is free; its own do not count", () => {
  const where = (node: string, height: number) =>
    cellsOf(rack)
      .filter(({ row, column }) => fits({ node, height }, rack, places, row, column))
      .map(({ row }) => row);
  assert.deepEqual(where("n2", 1), [10, 9, 8, 7, 4, 3, 2, 1]);
  assert.deepEqual(where("n2", 3), [8, 7, 2, 1]);
  assert.deepEqual(where("n1", 2), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test("arrow keys lead to the nearest spot that way", () => {
  const spots = [
    { x: 0, y: 0 },
    { x: 0, y: 30 },
    { x: 0, y: 90 },
    { x: 300, y: 32 },
  ];
  const from = { x: 0, y: 30 };
  assert.deepEqual([nextIn("ArrowUp", from, spots), nextIn("ArrowDown", from, spots), nextIn("ArrowRight", from, spots)], [0, 2, 3]);
  assert.equal(nextIn("ArrowLeft", from, spots), undefined);
  assert.equal(nextIn("a", from, spots), undefined);
});

test("a machine's page says where it stands, and the fleet's address keeps the rack", () => {
  assert.equal(positionOf("n1", [rack, room], places), "A, units 5-6");
  assert.equal(positionOf("n2", [rack, room], places), undefined);
  assert.equal(parseQuery(queryHash({ ...wholeFleet, rack: "the cellar" })).rack, "the cellar");
});
