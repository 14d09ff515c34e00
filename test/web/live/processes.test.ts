import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../../daemon/contract/event.ts";
import { type Away, awayAtFirst, meaning, takeProcessEvent } from "../../../web/src/live/processes.ts";

const event = (type: string, process?: string): Event => ({
  seq: 1,
  at: "2026-11-21T08:00:00.000Z",
  source: "supervisor",
  type,
  summary: "",
  ...(process !== undefined && { detail: { process } }),
});
const after = (...events: Event[]): string[] => [...events.reduce<Away>(takeProcessEvent, new Set())].sort();

test("the status gives the initial state", () => {
  assert.deepEqual([...awayAtFirst({ executor: "connected", netboot: { alive: true } })], []);
  assert.deepEqual([...awayAtFirst({ executor: "disconnected", netboot: { alive: false } })], ["executor", "netboot"]);
});

test("a process is down from its end until its restart", () => {
  assert.deepEqual(after(event("process.exited", "netboot")), ["netboot"]);
  assert.deepEqual(after(event("process.exited", "netboot"), event("process.started", "netboot")), []);
});

test("the executor is back when it has connected, not when it has started", () => {
  const ended = [event("process.exited", "executor"), event("executor.disconnected"), event("process.started", "executor")];
  assert.deepEqual(after(...ended), ["executor"]);
  assert.deepEqual(after(...ended, event("executor.connected")), []);
});

test("events of machines do not affect processes", () => assert.deepEqual(after(event("node.ready"), event("process.exited")), []));

test("each process that is down has its own sentence", () => {
  assert.notEqual(meaning("netboot"), meaning("executor"));
  assert.match(meaning("control"), /control/);
});
