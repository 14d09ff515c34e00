import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpen, type MaintenanceRule, maintenanceNow, opensAt } from "../../../../daemon/jobs/schedules/maintenance.ts";

const nights: MaintenanceRule = { windows: [{ days: ["sat", "sun"], from: "22:00", to: "04:00" }], timeZone: "Europe/Berlin" };

// 2026-01-03 is a Saturday; Berlin is an hour ahead of UTC in winter, two in summer.
for (const [now, open] of [
  ["2026-01-03T20:59:00Z", false],
  ["2026-01-03T21:00:00Z", true],
  ["2026-01-04T02:59:00Z", true],
  ["2026-01-04T03:00:00Z", false],
  ["2026-01-05T02:30:00Z", true],
  ["2026-01-05T21:30:00Z", false],
  ["2026-07-04T20:00:00Z", true],
] as const)
  test(`a window of Saturday and Sunday nights is ${open ? "open" : "closed"} at ${now}`, () => {
    assert.equal(isOpen(nights, new Date(now)), open);
  });

test("without windows it is always open", () => {
  assert.deepEqual(maintenanceNow({ windows: [], timeZone: "UTC" }, new Date()), { open: true, windows: [], timeZone: "UTC" });
});

test("a window from one time to the same lasts a day", () => {
  const rule: MaintenanceRule = { windows: [{ days: ["mon"], from: "06:00", to: "06:00" }], timeZone: "UTC" };
  assert.ok(isOpen(rule, new Date("2026-01-06T05:59:00Z")));
  assert.equal(isOpen(rule, new Date("2026-01-06T06:00:00Z")), false);
});

test("when it opens is known to the minute, also on the night the clock is put forward", () => {
  assert.equal(opensAt(nights, new Date("2026-01-05T12:00:00Z"))?.toISOString(), "2026-01-10T21:00:00.000Z");
  assert.equal(opensAt(nights, new Date("2026-01-03T21:30:00Z")), undefined);
  const skipped: MaintenanceRule = { windows: [{ days: ["sun"], from: "02:30", to: "05:00" }], timeZone: "Europe/Berlin" };
  // On 29 March 2026 there is no half past two in Berlin: it opens at three.
  assert.equal(opensAt(skipped, new Date("2026-03-28T23:00:00Z"))?.toISOString(), "2026-03-29T01:00:00.000Z");
});
