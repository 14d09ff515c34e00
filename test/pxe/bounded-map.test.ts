/** The memory that netboot keeps of machines: limited, and the key written longest ago goes first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BoundedMap } from "../../pxe/bounded-map.ts";

test("a new key takes the place of the key written longest ago", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1).set("b", 2).set("c", 3);
  assert.deepEqual(
    [...map],
    [
      ["b", 2],
      ["c", 3],
    ],
  );
});

test("writing a known key takes no other's place, and makes the key the newest", () => {
  const map = new BoundedMap<string, number>(2);
  map.set("a", 1).set("b", 2).set("a", 3);
  assert.deepEqual(
    [...map],
    [
      ["b", 2],
      ["a", 3],
    ],
  );
  map.set("c", 4);
  assert.deepEqual(
    [...map],
    [
      ["a", 3],
      ["c", 4],
    ],
  );
});

test("a flood of keys never makes it larger than its limit", () => {
  const map = new BoundedMap<number, number>(100);
  for (let key = 0; key < 10_000; key++) {
    map.set(key, key);
    assert.ok(map.size <= 100);
  }
  assert.equal(map.get(9_900), 9_900);
  assert.equal(map.get(9_899), undefined);
});
