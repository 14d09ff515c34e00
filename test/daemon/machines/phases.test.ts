import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { NodeState, Phase } from "../../../daemon/contract/machines/node.ts";
import { advance, type NodeEvent } from "../../../daemon/machines/phases.ts";

const at = "2026-01-02T03:04:05.000Z";
const installing = { phase: "installing", profile: "image", startedAt: at, deadline: at, attempts: 1, keyHash: "k" } as const;

const states: Record<Phase, NodeState> = {
  discovered: { phase: "discovered" },
  accepted: { phase: "accepted" },
  armed: { phase: "armed", profile: "image", until: at },
  installing,
  "called-home": { phase: "called-home", at, deadline: at },
  configuring: { phase: "configuring", jobId: "j", startedAt: at },
  ready: { phase: "ready", since: at },
  "install-failed": { phase: "install-failed", reason: "r", at },
  "configure-failed": { phase: "configure-failed", reason: "r", at },
  rescue: { phase: "rescue", since: at },
  wiping: { phase: "wiping", disks: "chosen", quick: false, startedAt: at, deadline: at, stage: "start" },
  quarantined: { phase: "quarantined", reason: "r", at },
  retired: { phase: "retired", at },
};

const events: Record<NodeEvent["type"], NodeEvent> = {
  accepted: { type: "accepted" },
  armed: { type: "armed", profile: "image", until: at },
  disarmed: { type: "disarmed" },
  "installer-handed-out": { type: "installer-handed-out", at, deadline: at, keyHash: "new" },
  "install-progress": { type: "install-progress", stage: "base" },
  "install-failed": { type: "install-failed", reason: "r", at },
  "called-home": { type: "called-home", at, deadline: at },
  configuring: { type: "configuring", jobId: "j", at },
  configured: { type: "configured", at },
  "configure-failed": { type: "configure-failed", reason: "r", at },
  "rescue-asked": { type: "rescue-asked", at },
  "rescue-booted": { type: "rescue-booted", keyHash: "new" },
  "rescue-reachable": { type: "rescue-reachable", address: "10.0.0.5", hostKey: "ssh-ed25519 A" },
  "rescue-ended": { type: "rescue-ended" },
  "wipe-armed": { type: "wipe-armed", disks: "chosen", quick: false, deadline: at },
  "wiper-handed-out": { type: "wiper-handed-out", at, deadline: at, keyHash: "new" },
  "wipe-progress": { type: "wipe-progress", stage: "partition" },
  wiped: { type: "wiped" },
  retired: { type: "retired", at },
};

/** Event → phase before → phase after. Any other combination is refused. */
const allowed: Record<NodeEvent["type"], Partial<Record<Phase, Phase>>> = {
  accepted: { discovered: "accepted", retired: "accepted" },
  armed: {
    accepted: "armed",
    armed: "armed",
    "called-home": "armed",
    ready: "armed",
    "install-failed": "armed",
    "configure-failed": "armed",
    rescue: "armed",
  },
  disarmed: { armed: "accepted" },
  "installer-handed-out": { armed: "installing", installing: "installing" },
  "install-progress": { installing: "installing" },
  "install-failed": { armed: "install-failed", installing: "install-failed", wiping: "install-failed" },
  "called-home": {
    accepted: "called-home",
    installing: "called-home",
    "called-home": "called-home",
    ready: "called-home",
    "install-failed": "called-home",
    "configure-failed": "called-home",
  },
  configuring: { "called-home": "configuring", configuring: "configuring", ready: "configuring", "configure-failed": "configuring" },
  configured: { configuring: "ready" },
  "configure-failed": { configuring: "configure-failed", "called-home": "configure-failed" },
  "rescue-asked": { accepted: "rescue", ready: "rescue", "install-failed": "rescue", "configure-failed": "rescue" },
  "rescue-booted": { rescue: "rescue" },
  "rescue-reachable": { rescue: "rescue" },
  "rescue-ended": { rescue: "accepted" },
  "wipe-armed": { accepted: "wiping", ready: "wiping", "install-failed": "wiping", "configure-failed": "wiping", rescue: "wiping" },
  // In `states` the wiper has been handed out already.
  "wiper-handed-out": {},
  "wipe-progress": { wiping: "wiping" },
  wiped: { wiping: "accepted" },
  retired: {
    discovered: "retired",
    accepted: "retired",
    armed: "retired",
    "called-home": "retired",
    ready: "retired",
    "install-failed": "retired",
    "configure-failed": "retired",
    rescue: "retired",
    quarantined: "retired",
  },
};

for (const event of Object.values(events)) {
  test(`${event.type}: every phase either follows the table or refuses`, () => {
    for (const state of Object.values(states)) {
      const expected = allowed[event.type][state.phase];
      if (expected) assert.equal(advance(state, event).phase, expected, state.phase);
      else assert.throws(() => advance(state, event), { code: "NODE_WRONG_PHASE" }, state.phase);
    }
  });
}

test("disarming a node that was ready makes it ready again", () => {
  const armed = advance(states.ready, events.armed);
  assert.deepEqual(advance(armed, events.disarmed), states.ready);
});

test("an installer that has not reached the disk is handed out once more, then no more", () => {
  const second = advance(installing, events["installer-handed-out"]);
  assert.partialDeepStrictEqual(second, { attempts: 2, keyHash: "new" });
  assert.throws(() => advance(second, events["installer-handed-out"]), { code: "NODE_WRONG_PHASE" });
});

test("an installer that is about to write to the disk is never handed out again", () => {
  for (const stage of ["partition", "base", "late", "done"] as const) {
    const writing = advance(installing, { type: "install-progress", stage });
    assert.throws(() => advance(writing, events["installer-handed-out"]), { code: "NODE_WRONG_PHASE" }, stage);
  }
});

test("a stage never goes back, however late a beacon comes", () => {
  const base = advance(installing, { type: "install-progress", stage: "base" });
  assert.partialDeepStrictEqual(advance(base, { type: "install-progress", stage: "start" }), { stage: "base" });
});

test("no sequence of events gives an installer more than twice for one arming, nor any after the disk was touched", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events)), { maxLength: 40 }), (sequence) => {
      let state: NodeState = states.discovered;
      let handedOut = 0;
      let touched = false;
      for (const event of sequence) {
        let next: NodeState;
        try {
          next = advance(state, event);
        } catch {
          continue;
        }
        if (event.type === "armed") {
          handedOut = 0;
          touched = false;
        }
        if (event.type === "installer-handed-out") {
          assert.ok(!touched, "given after the disk was touched");
          handedOut += 1;
          assert.ok(handedOut <= 2, "given more than twice");
        }
        if (event.type === "install-progress") touched = true;
        state = next;
      }
    }),
    { numRuns: 2000 },
  );
});

test("a wipe is handed out once, gives its leave to write once, and neither again in any sequence of events", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.values(events)), { maxLength: 40 }), (sequence) => {
      let state: NodeState = states.ready;
      let [handedOut, leaves] = [0, 0];
      for (const event of sequence) {
        try {
          state = advance(state, event);
        } catch {
          continue;
        }
        if (event.type === "wipe-armed") [handedOut, leaves] = [0, 0];
        if (event.type === "wiper-handed-out") handedOut += 1;
        if (event.type === "wipe-progress") leaves += 1;
        assert.ok(handedOut <= 1 && leaves <= handedOut, `${handedOut} times given, ${leaves} times let`);
      }
    }),
    { numRuns: 2000 },
  );
});

for (const from of ["accepted", "ready", "install-failed", "configure-failed"] as const) {
  test(`a node that was ${from} is that again when its rescue ends, or its wipe is taken back before a boot`, () => {
    assert.deepEqual(advance(advance(states[from], events["rescue-asked"]), events["rescue-ended"]), states[from]);
    assert.deepEqual(advance(advance(states[from], events["wipe-armed"]), events.disarmed), states[from]);
  });
}

test("a wipe that was handed out cannot be taken back", () => {
  const handedOut = advance(advance(states.ready, events["wipe-armed"]), events["wiper-handed-out"]);
  assert.throws(() => advance(handedOut, events.disarmed), { code: "NODE_WRONG_PHASE" });
});

test("each boot of the rescue system has a key of its own, and is reachable when it says so", () => {
  const reachable = advance(advance(advance(states.ready, events["rescue-asked"]), events["rescue-booted"]), events["rescue-reachable"]);
  assert.partialDeepStrictEqual(reachable, { keyHash: "new", reach: { address: "10.0.0.5" } });
  assert.equal("reach" in advance(reachable, events["rescue-booted"]), false);
});
