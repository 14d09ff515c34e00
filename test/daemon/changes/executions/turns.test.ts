/** Tests which waiting executions begin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type WaitingExecution, whichBegin } from "../../../../daemon/changes/executions/turns.ts";

const change = (id: string, ...nodeIds: string[]): WaitingExecution => ({ id, nodeIds, changes: true });
const look = (id: string, ...nodeIds: string[]): WaitingExecution => ({ ...change(id, ...nodeIds), changes: false });

function begun(waiting: WaitingExecution[], { atWork = 0, held = [] as string[], jobs = [] as string[] } = {}): string[] {
  return whichBegin(waiting, { atWork, held: new Set(held), hasJob: (id) => jobs.includes(id) }, 3).map(({ id }) => id);
}

test("three run at once, in the order of their requests", () => {
  assert.deepEqual(begun([look("a", "n1"), look("b", "n2"), change("c", "n3"), look("d", "n4")]), ["a", "b", "c"]);
  assert.deepEqual(begun([look("a", "n1"), look("b", "n2")], { atWork: 2 }), ["a"]);
  assert.deepEqual(begun([look("a", "n1")], { atWork: 3 }), []);
});

test("a node has one execution at a time, also if it only reads", () => {
  assert.deepEqual(begun([look("a", "n1"), look("b", "n1", "n2"), look("c", "n2")]), ["a", "c"]);
  assert.deepEqual(begun([look("a", "n1")], { held: ["n1"] }), []);
});

test("a change waits for the node's job, a read does not", () => {
  assert.deepEqual(begun([change("a", "n1"), look("b", "n1")], { jobs: ["n1"] }), ["b"]);
});

test("a change of many nodes is not overtaken by later changes of them, and does not delay reads", () => {
  assert.deepEqual(begun([change("all", "n1", "n2"), change("late", "n2"), look("look", "n2")], { jobs: ["n1"] }), ["look"]);
});

test("an execution without a node waits for none", () => {
  assert.deepEqual(begun([change("a"), change("b")], { held: ["n1"], jobs: ["n1"] }), ["a", "b"]);
});
