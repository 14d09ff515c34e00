import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/contract/event.ts";
import type { ServerFrame } from "../../../daemon/contract/frame.ts";
import type { Node, NodeState } from "../../../daemon/contract/machines/node.ts";
import { emptyFleet, type Fleet, loaded, takeFrame, takeTimeline } from "../../../web/src/live/fleet.ts";

const at = "2026-01-02T03:04:05.000Z";
const node = (id: string, state: NodeState = { phase: "discovered" }): Node => ({
  id,
  name: `node-${id}`,
  macs: ["52:54:00:00:00:01"],
  state,
  facts: {},
  createdAt: at,
  updatedAt: at,
});
const event = (seq: number, nodeId = "a"): Event => ({ seq, at, source: "netboot", type: "boot.wait", summary: `event ${seq}`, nodeId });
const eventFrame = (seq: number, of?: Node): ServerFrame & { type: "event" } => ({
  type: "event",
  seq,
  event: event(seq, of?.id),
  ...(of && { node: of }),
});
const hello = (seq: number, epoch = "one"): ServerFrame & { type: "hello" } => ({ type: "hello", seq, epoch, at });

function take(fleet: Fleet, ...frames: Parameters<typeof takeFrame>[1][]): Fleet {
  return frames.reduce((now, frame) => {
    const taken = takeFrame(now, frame);
    assert(taken.kind === "fleet");
    return taken.fleet;
  }, fleet);
}

test("an event contains the new state of its node", () => {
  const fleet = take(loaded(4, [node("a")], [], []), hello(4), eventFrame(5, node("a", { phase: "accepted" })), eventFrame(6, node("b")));
  assert.equal(fleet.nodes.get("a")?.state.phase, "accepted");
  assert.equal(fleet.nodes.size, 2);
  assert.equal(fleet.seq, 6);
  assert.deepEqual(
    fleet.activity.map(({ seq }) => seq),
    [6, 5],
  );
});

test("an unchanged node keeps its identity and is not rendered again", () => {
  const before = loaded(1, [node("a"), node("b")], [], []);
  assert.equal(take(before, eventFrame(2, node("b"))).nodes.get("a"), before.nodes.get("a"));
});

test("a replay that overlaps changes nothing", () => {
  const fleet = take(emptyFleet, hello(9), eventFrame(9, node("a", { phase: "accepted" })));
  assert.equal(take(fleet, eventFrame(9, node("a")), eventFrame(8, node("a"))), fleet);
});

test("the first hello identifies the database, and the same database changes nothing", () => {
  const fleet = take(loaded(4, [], [], []), hello(7));
  assert.equal(fleet.epoch, "one");
  assert.equal(fleet.seq, 4, "events in between are replayed, not skipped");
  assert.equal(takeFrame(fleet, hello(8)).kind, "fleet");
});

test("another database or an older one causes a reload of the state", () => {
  const fleet = take(loaded(4, [], [], []), hello(4));
  assert.equal(takeFrame(fleet, hello(40, "two")).kind, "load-afresh");
  assert.equal(takeFrame(fleet, hello(3)).kind, "load-afresh");
});

test("a timeline that is fetched while events arrive contains each event once, in order", () => {
  const opened = takeTimeline(emptyFleet, "a", []);
  const fleet = takeTimeline(take(opened, eventFrame(3, node("a")), eventFrame(4, node("b"))), "a", [event(1), event(2), event(3)]);
  assert.deepEqual(
    fleet.timelines.get("a")?.map(({ seq }) => seq),
    [1, 2, 3],
  );
  assert.equal(fleet.timelines.has("b"), false, "it was not opened");
});

test("activity is newest first, bounded, and without events that will be replayed", () => {
  const start = loaded(2, [], [], [event(1), event(2), event(3)]);
  assert.deepEqual(
    start.activity.map(({ seq }) => seq),
    [2, 1],
  );
  const full = take(start, ...Array.from({ length: 300 }, (_, index) => eventFrame(index + 3)));
  assert.equal(full.activity.length, 100);
  assert.equal(full.activity[0]?.seq, 302);
});
