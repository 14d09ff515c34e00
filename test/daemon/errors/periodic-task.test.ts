/** Repeated work: what is logged of its failures, and that its turns never overlap. The clock is moved by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Interval, PeriodicTask, type PeriodicWork } from "../../../daemon/errors/periodic-task.ts";

function lab(run: PeriodicWork["run"]) {
  const logged: string[] = [];
  let due: (() => void) | undefined;
  const interval: Interval = (everyMs, callback) => {
    assert.equal(everyMs, 250);
    due = callback;
    return () => {
      due = undefined;
    };
  };
  const log = { error: ({ err }: { err: unknown }, message: string) => logged.push(`${message}: ${(err as Error).message}`) };
  const task = new PeriodicTask({ everyMs: 250, run, log, failure: "the work failed", interval });
  return { task, logged, pass: () => due?.() };
}

test("the first failure of a row is logged, and work that has succeeded meanwhile begins another row", () => {
  const outcomes = ["one", "two", undefined, "three", "four"];
  const { task, logged, pass } = lab(() => {
    const reason = outcomes.shift();
    if (reason !== undefined) throw new Error(reason);
  });
  task.start();
  for (let turn = 0; turn < 5; turn++) pass();
  assert.deepEqual(outcomes, []);
  assert.deepEqual(logged, ["the work failed: one", "the work failed: three"]);
});

test("a turn that takes long is not overlapped, and its rejection is a failure like any other", async () => {
  const turns: PromiseWithResolvers<void>[] = [];
  const { task, logged, pass } = lab(() => {
    turns.push(Promise.withResolvers());
    return turns.at(-1)?.promise;
  });
  task.start();
  pass();
  pass();
  assert.equal(turns.length, 1);
  turns[0]?.reject(new Error("slow"));
  await new Promise(setImmediate);
  assert.deepEqual(logged, ["the work failed: slow"]);
  pass();
  assert.equal(turns.length, 2, "it is tried again");
  turns[1]?.resolve();
});

test("after the stop no turn begins, and the stop waits for the one under way", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let turns = 0;
  const { task, pass } = lab(() => {
    turns += 1;
    return promise;
  });
  task.start();
  pass();
  let stopped = false;
  const stopping = task.stop().then(() => {
    stopped = true;
  });
  await new Promise(setImmediate);
  assert.equal(stopped, false);
  resolve();
  await stopping;
  pass();
  assert.equal(turns, 1);
});
