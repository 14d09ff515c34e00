/** Schedules and windows on the nights on which the clock changes, and after the operator changes the time zone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Schedule } from "../../../../daemon/contract/jobs/schedule.ts";
import { ScheduleClock } from "../../../../daemon/jobs/schedules/clock.ts";
import { nextTime } from "../../../../daemon/jobs/schedules/cron.ts";
import { isOpen, type MaintenanceRule, opensAt } from "../../../../daemon/jobs/schedules/maintenance.ts";
import { createLog } from "../../../../daemon/log/log.ts";
import { openWorld } from "../../../support/world.ts";

function times(cron: string, timeZone: string, from: string, count: number): string[] {
  const found: string[] = [];
  for (let at = new Date(from); found.length < count; found.push(at.toISOString().slice(5, 16))) at = nextTime(cron, timeZone, at);
  return found;
}

// In 2027, Berlin puts the clock back on 31 October and forward on 28 March, both at 01:00 UTC.
for (const [cron, timeZone, from, wanted] of [
  ["0 * * * *", "Europe/Berlin", "2027-10-30T22:30:00Z", ["10-30T23:00", "10-31T00:00", "10-31T01:00", "10-31T02:00"]],
  ["@hourly", "Europe/Berlin", "2027-10-30T23:30:00Z", ["10-31T00:00", "10-31T01:00", "10-31T02:00"]],
  ["*/20 * * * *", "Europe/Berlin", "2027-10-31T00:30:00Z", ["10-31T00:40", "10-31T01:00", "10-31T01:20", "10-31T01:40", "10-31T02:00"]],
  ["5-59/30 * * * *", "Europe/Berlin", "2027-10-31T00:30:00Z", ["10-31T00:35", "10-31T01:05", "10-31T01:35", "10-31T02:05"]],
  ["*/30 2 * * *", "Europe/Berlin", "2027-10-30T22:00:00Z", ["10-31T00:00", "10-31T00:30", "10-31T01:00", "10-31T01:30", "11-01T01:00"]],
  ["15 */2 * * *", "Europe/Berlin", "2027-10-30T23:00:00Z", ["10-31T00:15", "10-31T01:15", "10-31T03:15"]],
  ["30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", ["10-31T00:30", "11-01T01:30"]],
  ["30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", ["03-28T01:30", "03-29T00:30"]],
  ["0 * * * *", "Europe/Berlin", "2027-03-27T23:30:00Z", ["03-28T00:00", "03-28T01:00", "03-28T02:00"]],
  ["*/20 * * * *", "Europe/Berlin", "2027-03-28T00:30:00Z", ["03-28T00:40", "03-28T01:00", "03-28T01:20"]],
  ["0 * * * *", "America/New_York", "2027-11-07T04:30:00Z", ["11-07T05:00", "11-07T06:00", "11-07T07:00"]],
  // Lord Howe Island puts the clock back by half an hour, from 02:00 to 01:30.
  ["*/15 * * * *", "Australia/Lord_Howe", "2027-04-03T14:40:00Z", ["04-03T14:45", "04-03T15:00", "04-03T15:15", "04-03T15:30"]],
  ["0 * 1 1 *", "Europe/Berlin", "2027-06-01T00:00:00Z", ["12-31T23:00", "01-01T00:00"]],
] as const)
  test(`${cron} in ${timeZone} after ${from} occurs at ${wanted.join(", ")}`, () => {
    assert.deepEqual(times(cron, timeZone, from, wanted.length), wanted);
  });

const rule = (from: string, to: string, timeZone = "Europe/Berlin"): MaintenanceRule => ({
  windows: [{ days: ["sun"], from, to }],
  timeZone,
});

for (const [what, given, wednesday, opens, closes] of [
  ["from two to three", rule("02:00", "03:00"), "2027-03-24T12:00:00Z", "2027-03-28T01:00:00.000Z", "2027-03-28T02:00:00Z"],
  ["of twenty minutes", rule("02:20", "02:40"), "2027-03-24T12:00:00Z", "2027-03-28T01:00:00.000Z", "2027-03-28T01:20:00Z"],
  ["from the Sunday before", rule("02:00", "03:00"), "2027-03-21T12:00:00Z", "2027-03-28T01:00:00.000Z", "2027-03-28T02:00:00Z"],
  ["in New York", rule("02:00", "03:00", "America/New_York"), "2027-03-10T12:00:00Z", "2027-03-14T07:00:00.000Z", "2027-03-14T08:00:00Z"],
] as const)
  test(`a window that the clock skips, ${what}, opens when the clock is put forward, for its usual length`, () => {
    assert.equal(opensAt(given, new Date(wednesday))?.toISOString(), opens);
    assert(isOpen(given, new Date(Date.parse(closes) - 1000)));
    assert(!isOpen(given, new Date(closes)));
    assert(!isOpen(given, new Date(Date.parse(opens) - 1000)));
  });

test("a named time in a skipped window finds the window open", () => {
  const at = nextTime("30 2 * * sun", "Europe/Berlin", new Date("2027-03-27T12:00:00Z"));
  assert(isOpen(rule("02:00", "03:00"), at), at.toISOString());
});

test("a window that the clock does not skip is not extended", () => {
  assert(!isOpen(rule("01:00", "02:00"), new Date("2027-03-28T01:10:00Z")));
  assert(!isOpen(rule("03:30", "03:50"), new Date("2027-03-28T01:10:00Z")));
  assert(
    !isOpen({ windows: [{ days: ["sat"], from: "02:00", to: "03:00" }], timeZone: "Europe/Berlin" }, new Date("2027-03-28T01:10:00Z")),
  );
});

const noInventory = { nodeGroups: () => () => [], nodeBindings: () => () => "the same" };

function adopted(schedule: Partial<Schedule>, timeZone: string, now: string): Schedule {
  const world = openWorld();
  const made = { name: "s", playbook: "look", nodes: "all", cron: "0 6 * * *", createdBy: "t", createdAt: "2026-12-01T12:00:00Z" } as const;
  world.schedules.add({ ...made, next: "2026-12-02T06:00:00.000Z", ...schedule });
  const parts = {
    maintenance: { windows: [], timeZone },
    playbooks: () => ({ playbooks: [], refused: [] }),
    run: () => [],
    ...noInventory,
  };
  const clock = new ScheduleClock({ ...world, ...parts, log: createLog("test", "silent") });
  clock.adoptTimeZone(new Date(now));
  const found = world.schedules.find("s");
  world.db.close();
  return found;
}

for (const [what, schedule, timeZone, now, next] of [
  ["of another zone", { timeZone: "UTC" }, "America/Los_Angeles", "2026-12-01T15:00:00Z", "2026-12-02T14:00:00.000Z"],
  ["of an older release", {}, "America/Los_Angeles", "2026-12-01T15:00:00Z", "2026-12-02T14:00:00.000Z"],
  ["of another zone, missed while Muster was off", { timeZone: "UTC" }, "Asia/Tokyo", "2026-12-02T07:00:00Z", "2026-12-02T21:00:00.000Z"],
  ["of the same zone, missed while Muster was off", { timeZone: "UTC" }, "UTC", "2026-12-02T07:00:00Z", "2026-12-02T06:00:00.000Z"],
  ["of the same zone", { timeZone: "UTC" }, "UTC", "2026-12-01T13:00:00Z", "2026-12-02T06:00:00.000Z"],
] as const)
  test(`after a start in ${timeZone}, the next time of a schedule ${what} is ${next}`, () => {
    assert.equal(adopted(schedule, timeZone, now).next, next);
  });

test("a schedule that waits for a window still waits after the time zone changes", () => {
  const dueSince = "2026-12-01T06:00:00.000Z";
  const { dueSince: kept, timeZone } = adopted({ timeZone: "UTC", dueSince }, "Europe/Berlin", "2026-12-01T13:00:00Z");
  assert.deepEqual([kept, timeZone], [dueSince, "Europe/Berlin"]);
});
