/** The delay before the next try. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../../../daemon/errors/backoff.ts";

test("the delay doubles from the first one up to the limit", () => {
  const delays = [1, 2, 3, 4, 5, 1000].map((failures) => backoff({ first: 100, most: 1000 }, failures));
  assert.deepEqual(delays, [100, 200, 400, 800, 1000, 1000]);
});

test("the factor is the caller's", () => {
  const delays = [1, 2, 3].map((failures) => backoff({ first: 5, most: 3600, factor: 3 }, failures));
  assert.deepEqual(delays, [5, 15, 45]);
});
