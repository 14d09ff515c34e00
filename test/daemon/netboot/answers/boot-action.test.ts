import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, NodeState } from "../../../../daemon/contract/machines/node.ts";
import { overdue } from "../../../../daemon/machines/deadlines.ts";
import { bootAction, WAIT_SECONDS } from "../../../../daemon/netboot/answers/boot-action.ts";

const now = new Date("2026-01-02T03:04:05Z");
const before = "2026-01-02T03:00:00.000Z";
const later = "2026-01-02T04:00:00.000Z";
const node = (state: NodeState): Node => ({
  id: "n",
  name: "n1",
  macs: ["52:54:00:00:00:01"],
  state,
  facts: {},
  createdAt: before,
  updatedAt: before,
});
const installing = { phase: "installing", profile: "image", startedAt: before, deadline: later, attempts: 1, keyHash: "k" } as const;

const harmless: NodeState[] = [
  { phase: "called-home", at: before, deadline: later },
  { phase: "configuring", jobId: "j", startedAt: before },
  { phase: "ready", since: before },
  { phase: "install-failed", reason: "r", at: before },
  { phase: "configure-failed", reason: "r", at: before },
  { phase: "wiping", disks: "chosen", quick: false, startedAt: before, deadline: later },
  { phase: "wiping", disks: "chosen", quick: false, startedAt: before, deadline: later, stage: "start" },
  { phase: "wiping", disks: "all", quick: false, deadline: before },
  { phase: "quarantined", reason: "r", at: before },
  { phase: "retired", at: before },
  { phase: "armed", profile: "image", until: before },
  { ...installing, stage: "done" },
  { ...installing, stage: "partition" },
  { ...installing, attempts: 2 },
];

for (const state of harmless) {
  test(`a node that is ${state.phase}${"stage" in state ? ` (${state.stage})` : ""} boots its own disk`, () => {
    assert.equal(bootAction(node(state), 0, now).action, "local");
  });
}

test("an undecided machine waits a minute, then boots its disk", () => {
  for (const phase of ["discovered", "accepted"] as const) {
    assert.equal(bootAction(node({ phase }), 0, now).action, "wait");
    assert.equal(bootAction(node({ phase }), WAIT_SECONDS, now).action, "local");
  }
});

test("an armed node gets the installer of its profile", () => {
  assert.partialDeepStrictEqual(bootAction(node({ phase: "armed", profile: "preseed", until: later }), 0, now), {
    action: "install",
    profile: "preseed",
    retry: false,
  });
});

test("an install that broke off before the disk is retried once, and one that broke off after it has failed", () => {
  assert.partialDeepStrictEqual(bootAction(node(installing), 0, now), { action: "install", retry: true });
  assert.partialDeepStrictEqual(bootAction(node({ ...installing, stage: "base" }), 0, now), {
    action: "local",
    failed: "the machine rebooted in the middle of the install (last stage: base)",
  });
});

test("a CPU that cannot run what is installed gets no installer, armed or on its retry, and the reason says what it can run", () => {
  for (const state of [{ phase: "armed", profile: "image", until: later } as const, { ...installing, profile: "preseed" } as const]) {
    const action = bootAction({ ...node(state), facts: { cpuArch: "i686" } }, 0, now);
    assert(action.action === "local");
    assert.match(action.failed ?? "", /^this CPU is 32-bit; Debian 13 has no installer and no kernel for it; Debian 12 i386 runs on it/);
    assert.equal(bootAction({ ...node(state), facts: { cpuArch: "x86-64" } }, 0, now).action, "install");
  }
  assert.equal(bootAction({ ...node({ phase: "discovered" }), facts: { cpuArch: "i686" } }, 0, now).action, "wait");
  const ready = bootAction({ ...node({ phase: "ready", since: before }), facts: { cpuArch: "i686" } }, 0, now);
  assert(ready.action === "local" && ready.failed === undefined, "one that was installed by hand is left alone");
});

test("every transient phase ends at its deadline and none before", () => {
  const cases: [NodeState, string][] = [
    [{ phase: "armed", profile: "image", until: before }, "disarmed"],
    [{ ...installing, deadline: before }, "install-failed"],
    [{ phase: "wiping", disks: "chosen", quick: true, startedAt: before, deadline: before }, "install-failed"],
    [{ phase: "called-home", at: before, deadline: before }, "configure-failed"],
  ];
  for (const [state, event] of cases) {
    assert.equal(overdue(state, now)?.type, event);
    assert.equal(overdue(state, new Date(before.replace("03:00", "02:00"))), undefined);
  }
  assert.equal(overdue({ phase: "ready", since: before }, now), undefined);
});

test("a node in rescue gets the rescue system at every boot", () => {
  assert.equal(bootAction(node({ phase: "rescue", since: before, keyHash: "k" }), 0, now).action, "rescue");
});

test("a node armed for a wipe gets the wiper once; a boot after that fails the wipe and starts the disk", () => {
  const armed = { phase: "wiping", disks: "all", quick: false, deadline: later } as const;
  assert.deepEqual(bootAction(node(armed), 0, now), { action: "wipe", reason: "armed for one wipe of all fixed disks" });
  const again = bootAction(node({ ...armed, startedAt: before, keyHash: "k", stage: "base" }), 0, now);
  assert.partialDeepStrictEqual(again, { action: "local" });
  assert.match("failed" in again ? (again.failed ?? "") : "", /in the middle of the wipe \(last stage: base\)/);
});

test("a wipe that no boot used in time is taken back; one that does not end in time has failed", () => {
  const armed = { phase: "wiping", disks: "all", quick: false, deadline: before } as const;
  assert.deepEqual(overdue(armed, now), { type: "disarmed" });
  assert.partialDeepStrictEqual(overdue({ ...armed, startedAt: before }, now), { type: "install-failed" });
});
