/** The keys of table rows: React replaces a row that moves, and leaves the other rows where they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nextKeys, type RowKeys } from "../../../web/src/machines/fleet/row-keys.ts";

const shown = (ids: readonly string[]): RowKeys => nextKeys(new Map(), ids);
const replaced = (before: RowKeys, after: RowKeys) =>
  [...after].filter(([id, key]) => before.has(id) && before.get(id) !== key).map(([id]) => id);

test("the last row that becomes the first is the only replaced row", () => {
  const before = shown(["a", "b", "c", "d"]);
  assert.deepEqual(replaced(before, nextKeys(before, ["d", "a", "b", "c"])), ["d"]);
});

test("rows that come, go or change in place replace no other row", () => {
  const before = shown(["a", "b", "c", "d"]);
  for (const ids of [["a", "b", "c", "d"], ["b", "d"], ["new", "a", "b", "other", "c", "d"], []])
    assert.deepEqual(replaced(before, nextKeys(before, ids)), []);
});

test("a row that moves again gets another key", () => {
  const first = shown(["a", "b", "c"]);
  const second = nextKeys(first, ["c", "a", "b"]);
  const third = nextKeys(second, ["a", "b", "c"]);
  assert.equal(new Set([first, second, third].map((keys) => keys.get("c"))).size, 3);
});

test("for any change of order, every key is unique and the rows that keep their key keep their order", () => {
  const orders = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 30 });
  fc.assert(
    fc.property(orders, orders, (from, to) => {
      const before = shown(from);
      const after = nextKeys(before, to);
      assert.deepEqual([...after.keys()], to);
      assert.equal(new Set(after.values()).size, to.length);
      const kept = to.filter((id) => before.get(id) === after.get(id));
      assert.deepEqual(
        kept,
        from.filter((id) => kept.includes(id)),
      );
    }),
  );
});
