/** The steps and runs that may be at work on a machine at the same time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeTurns } from "../../../daemon/executor/node-turns.ts";

const never = new AbortController().signal;

test("a machine has one step at a time", async () => {
  const turns = new NodeTurns(() => false);
  const giveBack = await turns.take("n1", false, never);
  let second = false;
  const waiting = turns.take("n1", false, never).then(() => (second = true));
  await sleep(250);
  assert.equal(second, false);
  assert.ok(await turns.take("n2", true, never));
  giveBack?.();
  await waiting;
});

test("a step that changes a machine waits for the run at work there; one that looks does not", async () => {
  let running = true;
  const turns = new NodeTurns(() => running);
  const look = await turns.take("n1", false, never);
  assert.equal(turns.isBeingChanged("n1"), false);
  look?.();
  const change = turns.take("n1", true, never);
  await sleep(150);
  assert.equal(turns.isBeingChanged("n1"), false);
  running = false;
  const giveBack = await change;
  assert.equal(turns.isBeingChanged("n1"), true);
  giveBack?.();
  assert.equal(turns.isBeingChanged("n1"), false);
});

test("one that is told to stop while it waits gets no turn, and takes none", async () => {
  const turns = new NodeTurns(() => true);
  const stop = new AbortController();
  const waiting = turns.take("n1", true, stop.signal);
  stop.abort();
  assert.equal(await waiting, undefined);
  assert.ok(await turns.take("n1", false, never));
});
