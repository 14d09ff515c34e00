/** A MAC address that moved to another machine: a person armed a machine, not its network card. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeState } from "../../../../daemon/contract/machines/node.ts";
import { machineReplaced } from "../../../../daemon/machines/acts/replaced.ts";
import { requester } from "../../../support/machines/act-ports.ts";
import { bootBench, keyIn } from "../../../support/netboot/boot-bench.ts";
import { addNode } from "../../../support/world.ts";

const at = new Date().toISOString();
const later = new Date(Date.now() + 3_600_000).toISOString();
const A = { uuid: "11111111-1111-1111-1111-111111111111", serial: "AAAA", manufacturer: "LENOVO", product: "20XX" };
const askedByA = "uuid=11111111-1111-1111-1111-111111111111&serial=AAAA&manufacturer=LENOVO&product=20XX&platform=efi&arch=x86_64";
const askedByB = "uuid=22222222-2222-2222-2222-222222222222&serial=BBBB&manufacturer=Dell%20Inc.&product=Latitude&platform=efi&arch=x86_64";

function armedAs(state: NodeState) {
  const bench = bootBench("proxy");
  const added = addNode(bench.world, state, "laptop1");
  const node = bench.world.registry.update(added.id, (was) => ({
    node: { ...was, facts: A },
    event: { source: "control", type: "test", summary: "" },
  }));
  return { ...bench, node, boot: (said: string) => bench.ask(`/boot.ipxe?mac=${node.macs[0]}&${said}`).body };
}

const handedOut: Record<string, NodeState> = {
  armed: { phase: "armed", profile: "image", until: later },
  "in its retry": { phase: "installing", profile: "preseed", startedAt: at, deadline: later, attempts: 1, keyHash: "k" },
  "in the middle of an install": {
    phase: "installing",
    profile: "image",
    startedAt: at,
    deadline: later,
    attempts: 1,
    keyHash: "k",
    stage: "base",
  },
  "armed for a wipe": { phase: "wiping", disks: "all", quick: true, deadline: later },
  "in rescue": { phase: "rescue", since: at },
};

for (const [words, state] of Object.entries(handedOut))
  test(`a node that is ${words} gives nothing to another machine with its MAC address, and stays as it is for its own`, () => {
    const { boot, now, node, types, ask } = armedAs(state);
    assert.doesNotMatch(boot(askedByB), /^kernel/m);
    assert.equal(ask(`/boot.grub?mac=${node.macs[0]}&${askedByB}`).body.includes("linux "), false);
    assert.deepEqual(now(node.id).state, state);
    assert.deepEqual(now(node.id).facts, A, "the record keeps saying what the machine is");
    assert.equal(types(node.id).at(-1), "boot.other-machine");
    const summary = now(node.id).lastEvent?.summary ?? "";
    for (const part of ["Dell Inc. Latitude, serial BBBB", "LENOVO 20XX, serial AAAA", "muster replaced laptop1"])
      assert.ok(summary.includes(part), summary);
    if (!("stage" in state)) assert.match(boot(askedByA), /^kernel/m);
  });

test("an accepted node with another machine waits, and a discovered one takes the machine that came last", () => {
  const accepted = armedAs({ phase: "accepted" });
  assert.match(accepted.boot(askedByB), /waited=3/);
  assert.deepEqual(accepted.now(accepted.node.id).facts, A);
  const discovered = armedAs({ phase: "discovered" });
  discovered.boot(askedByB);
  assert.partialDeepStrictEqual(discovered.now(discovered.node.id).facts, { serial: "BBBB", product: "Latitude" });
});

test("a machine that waits sends its identity with each request, so that arming meanwhile helps no other machine", () => {
  const { boot } = armedAs({ phase: "accepted" });
  assert.match(boot(askedByA), /&uuid=\$\{uuid\}&serial=\$\{serial:uristring\}&manufacturer=/);
});

test("one value that differs, or no value at all, is no obstacle", () => {
  for (const said of ["", askedByA.replace("AAAA", "CCCC"), askedByA.replace(/1{8}-/, "33333333-")])
    assert.match(armedAs(handedOut.armed!).boot(said), /^kernel/m);
});

test("after an operator confirmed the machine, it is installed", () => {
  const { boot, world, now, node } = armedAs(handedOut.armed!);
  boot(askedByB);
  machineReplaced(world, { node: "laptop1" }, requester());
  assert.equal(now(node.id).facts.serial, undefined);
  assert.match(boot(askedByB), /^kernel/m);
  assert.equal(now(node.id).facts.serial, "BBBB");
});

for (const [words, state] of [
  ["installer", handedOut.armed!],
  ["wiper", handedOut["armed for a wipe"]!],
] as const)
  test(`the ${words} stops before it writes if its hardware report shows another machine`, () => {
    const { boot, ask, now, node } = armedAs(state);
    const key = keyIn(boot("platform=pcbios"));
    ask(`/progress/${key}/start`);
    assert.equal(ask(`/progress/${key}/facts?facts=1&serial=BBBB&manufacturer=Dell%20Inc.&product=Latitude`).status, 409);
    assert.equal(ask(`/progress/${key}/partition`).status, 410);
    assert.equal(now(node.id).state.phase, "install-failed");
    assert.deepEqual(now(node.id).facts.serial, "AAAA");
  });
