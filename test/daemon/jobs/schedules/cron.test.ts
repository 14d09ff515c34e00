import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTime } from "../../../../daemon/jobs/schedules/cron.ts";

const from = new Date("2026-03-28T12:00:00Z");

test("times are those of the time zone, also when the clock is put forward", () => {
  assert.equal(nextTime("0 3 * * *", "Europe/Berlin", from).toISOString(), "2026-03-29T01:00:00.000Z");
  assert.equal(nextTime("@daily", "UTC", from).toISOString(), "2026-03-29T00:00:00.000Z");
  assert.equal(nextTime("0 3 * * sun", "UTC", from).toISOString(), "2026-03-29T03:00:00.000Z");
});

for (const cron of ["", "61 * * * *", "* * * * * *", "every day", "0 0 31 2 *", "0 3 * *"])
  test(`"${cron}" is refused, with what is wanted`, () => {
    assert.throws(() => nextTime(cron, "UTC", from), { code: "REQUEST_INVALID", message: /^cron: / });
  });
