import assert from "node:assert/strict";
import { test } from "node:test";
import { Repeats } from "../../../daemon/api/repeats.ts";

test("the first counts as new; its repeats are counted and returned when the period ends", () => {
  const repeats = new Repeats<string>(1000);
  assert.deepEqual(
    [0, 1, 2, 999].map((now) => repeats.first("a", "of a", now)),
    [true, false, false, false],
  );
  assert.equal(repeats.first("b", "of b", 500), true);
  assert.deepEqual(repeats.ended(999), []);
  assert.deepEqual(repeats.ended(1000), [{ of: "of a", count: 3 }]);
  assert.equal(repeats.first("a", "of a", 1001), true);
  assert.deepEqual(repeats.ended(Number.POSITIVE_INFINITY), []);
});

test("kinds without end, such as made-up addresses, become one", () => {
  const repeats = new Repeats<number>(1000);
  const told = Array.from({ length: 5000 }, (_, n) => repeats.first(`address ${n}`, n, 0)).filter((first) => first);
  assert.equal(told.length, 1001);
  assert.deepEqual(repeats.ended(1000), [{ of: 1000, count: 3999 }]);
});
