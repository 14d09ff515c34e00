import assert from "node:assert/strict";
import { test } from "node:test";
import { type Node, type NodeState, NodeState as NodeStateSchema } from "../../../daemon/contract/machines/node.ts";
import { advance, type NodeEvent } from "../../../daemon/machines/phases.ts";
import { notRunnable } from "../../../daemon/machines/runnable.ts";
import { type Action, actionsFor, actionsOf, nextActionFor, refusal } from "../../../web/src/machines/node/actions.ts";
import { commandsFor } from "../../../web/src/machines/node/commands.ts";
import { groups, phaseLabel, phaseOrder } from "../../../web/src/machines/phases.ts";

const at = "2026-01-02T03:04:05.000Z";
const states: NodeState[] = [
  { phase: "discovered" },
  { phase: "accepted" },
  { phase: "armed", profile: "preseed", until: at },
  { phase: "installing", profile: "preseed", startedAt: at, deadline: at, attempts: 1, keyHash: "hash" },
  { phase: "called-home", at, deadline: at },
  { phase: "configuring", jobId: "job", startedAt: at },
  { phase: "ready", since: at },
  { phase: "install-failed", reason: "reason", at },
  { phase: "configure-failed", reason: "reason", at },
  { phase: "rescue", since: at },
  { phase: "wiping", disks: "chosen", quick: false, startedAt: at, deadline: at },
  { phase: "quarantined", reason: "reason", at },
  { phase: "retired", at },
];
const changes: Record<Exclude<Action, "wake" | "promote">, NodeEvent> = {
  accept: { type: "accepted" },
  arm: { type: "armed", profile: "image", until: at },
  disarm: { type: "disarmed" },
  configure: { type: "configuring", jobId: "job", at },
  rescue: { type: "rescue-asked", at },
  "end-rescue": { type: "rescue-ended" },
  wipe: { type: "wipe-armed", disks: "chosen", quick: false, deadline: at },
  retire: { type: "retired", at },
};
const withoutPhase = (action: Action): action is "wake" | "promote" => action === "wake" || action === "promote";
const offered = (state: NodeState) => actionsOf({ state });

test("every phase is tested here, and has a position and a word on the page", () => {
  const phases = NodeStateSchema.options.map((option) => option.shape.phase.value).sort();
  assert.deepEqual(states.map(({ phase }) => phase).sort(), phases);
  assert.deepEqual([...phaseOrder].sort(), phases);
  assert.equal(new Set(Object.values(phaseLabel).map(({ word }) => word)).size, phases.length);
  assert.equal(groups.length, 4);
});

for (const state of states) {
  test(`a node that is ${state.phase} has no action that the daemon would refuse`, () => {
    for (const action of offered(state)) {
      if (!withoutPhase(action)) assert.doesNotThrow(() => advance(state, changes[action]), action);
    }
    const next = nextActionFor(state.phase);
    if (next) assert.ok(actionsFor(state.phase).includes(next));
  });
}

test("a wipe can be cancelled until a boot has used it", () => {
  const waits: NodeState = { phase: "wiping", disks: "all", quick: true, deadline: at };
  assert.deepEqual(offered(waits), ["disarm"]);
  assert.deepEqual(offered({ ...waits, startedAt: at }), []);
});

test("only machines that Muster has installed can become a controller", () => {
  for (const state of states)
    if (offered(state).includes("promote")) assert.equal(notRunnable({ name: "n1", state } as Node), undefined, state.phase);
});

test("every action has its command, and the commands name the machine", () => {
  const node = { name: "n1", macs: ["52:54:00:12:34:56"], state: { phase: "ready", since: at } } as Node;
  const commands = commandsFor(node);
  assert.equal(commands.length, 3 + actionsOf(node).length);
  assert.ok(commands.includes("muster wipe n1 --confirm n1"));
  assert.ok(commands.includes("muster explain 52:54:00:12:34:56"));
});

test("a card never offers to erase a working machine", () => {
  assert.equal(nextActionFor("ready"), undefined);
});

test("only roles that may make changes have no refusal", () => {
  assert.equal(refusal("operator"), undefined);
  assert.equal(refusal("admin"), undefined);
  for (const role of ["viewer", "agent", "node"] as const) assert.match(refusal(role) ?? "", new RegExp(role));
});
