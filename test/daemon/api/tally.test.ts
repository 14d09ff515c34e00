/** The tally of what each key holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Tally } from "../../../daemon/api/tally.ts";

test("each take counts once for its key and in all, and is given back once", () => {
  const tally = new Tally();
  const [first, second, other] = [tally.take("a"), tally.take("a"), tally.take("b")];
  assert.deepEqual([tally.of("a"), tally.of("b"), tally.of("c"), tally.inAll], [2, 1, 0, 3]);
  first();
  first();
  assert.deepEqual([tally.of("a"), tally.inAll], [1, 2]);
  second();
  other();
  assert.deepEqual([tally.of("a"), tally.of("b"), tally.inAll], [0, 0, 0]);
  assert.equal(tally.take("a") instanceof Function && tally.of("a"), 1);
});
