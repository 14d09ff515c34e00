import assert from "node:assert/strict";
import { test } from "node:test";
import { duration, inUnits } from "../../../daemon/cli/words.ts";

test("a duration has a unit, and plain seconds are accepted", () => {
  const read = duration(1, 700_000);
  assert.deepEqual(["1h", "3600", "90s", "30m", "7d"].map(read), [3600, 3600, 90, 1800, 604_800]);
});

test("a duration outside the limits is refused with the limits", () => {
  assert.throws(() => duration(60, 86_400)("59"), /from 1m to 1d/);
  assert.throws(() => duration(60, 86_400)("1 h"), /such as 90s, 30m, 12h or 7d/);
});

test("seconds are shown in the largest unit that fits exactly", () => {
  assert.deepEqual([1, 90, 120, 3600, 5400, 86_400].map(inUnits), ["1s", "90s", "2m", "1h", "90m", "1d"]);
});
