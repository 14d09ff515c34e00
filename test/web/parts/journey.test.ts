/** Where the time went on the way to ready, and what a typed value is taken for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/contract/event.ts";
import { valueFrom } from "../../../web/src/machines/inventory/variable.ts";
import { journeyOf, median, peerMedians } from "../../../web/src/parts/journey.ts";

const begin = Date.parse("2026-01-02T12:00:00.000Z");
/** `[seconds, type]` each. */
const timeline = (nodeId: string, ...steps: [seconds: number, type: string][]): Event[] =>
  steps.map(([seconds, type], index) => ({
    seq: index + 1,
    at: new Date(begin + seconds * 1000).toISOString(),
    source: "control",
    type,
    summary: type,
    nodeId,
  }));
const whole: [number, string][] = [
  [0, "node.armed"],
  [10, "dhcp.offer"],
  [12, "dhcp.ack"],
  [30, "install.handed-out"],
  [50, "install.start"],
  [60, "install.base"],
  [160, "install.done"],
  [200, "node.called-home"],
  [205, "node.configuring"],
  [206, "job.task.ok"],
  [300, "node.ready"],
];
const lengths = (events: Event[]) =>
  journeyOf(events)?.steps.map(({ name, fromMs, toMs }) => [name, toMs === undefined ? undefined : (toMs - fromMs) / 1000]);

test("the time from the first packet to ready is split into steps without a gap", () => {
  assert.deepEqual(lengths(timeline("n1", ...whole)), [
    ["network boot", 20],
    ["loading the installer", 20],
    ["preparing", 10],
    ["base system", 100],
    ["restarting", 40],
    ["waiting for configuration", 5],
    ["configuring", 95],
  ]);
  assert.equal(journeyOf(timeline("n1", ...whole))?.outcome, "ready");
});

test("events after ready belong to another journey, and a plain boot is no journey", () => {
  const after: [number, string][] = [
    [400, "dhcp.offer"],
    [410, "boot.local"],
  ];
  assert.equal(journeyOf(timeline("n1", ...whole, ...after))?.steps.length, 7);
  assert.equal(journeyOf(timeline("n1", ...after)), undefined);
  assert.deepEqual(lengths(timeline("n1", ...whole, ...after, [500, "node.armed"], [510, "install.handed-out"], [520, "install.failed"])), [
    ["loading the installer", 10],
  ]);
});

test("a step that has not ended is open", () => {
  assert.deepEqual(lengths(timeline("n1", [0, "install.handed-out"], [5, "install.start"])), [
    ["loading the installer", 5],
    ["preparing", undefined],
  ]);
});

test("peers are all others, by the median of each step", () => {
  const others = ["a", "b", "c"].flatMap((id, index) => timeline(id, [0, "install.handed-out"], [10 * (index + 1), "install.start"]));
  const { medians, peers } = peerMedians([...timeline("n1", ...whole), ...others], "n1");
  assert.equal(peers, 3);
  assert.deepEqual([...medians], [["loading the installer", 20_000]]);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test("a typed value is a number, a truth or a list only where it reads as one", () => {
  assert.deepEqual(["3", "-1.5", "true", "[1, 2]", '{"a": true}', "007", "1e3", "yes", "[broken", " text "].map(valueFrom), [
    3,
    -1.5,
    true,
    [1, 2],
    { a: true },
    "007",
    "1e3",
    "yes",
    "[broken",
    "text",
  ]);
});
