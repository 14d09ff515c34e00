/** Requests for the boot script of a machine from an address that Muster did not lease to this machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeState } from "../../../../daemon/contract/machines/node.ts";
import { bootBench, keyIn } from "../../../support/netboot/boot-bench.ts";
import { addNode } from "../../../support/world.ts";

const at = new Date().toISOString();
const later = new Date(Date.now() + 3_600_000).toISOString();
const OWN = "10.20.0.100";
const NEIGHBOUR = "10.20.0.66";
const hostKey = `ssh-ed25519 ${"A".repeat(68)}`;

const states: Record<string, NodeState> = {
  armed: { phase: "armed", profile: "image", until: later },
  "armed by preseed": { phase: "armed", profile: "preseed", until: later },
  installing: { phase: "installing", profile: "image", startedAt: at, deadline: later, attempts: 1, keyHash: "k", stage: "base" },
  rescue: { phase: "rescue", since: at, before: { phase: "ready", since: at } },
  wiping: { phase: "wiping", disks: "all", quick: true, deadline: later },
  ready: { phase: "ready", since: at },
  discovered: { phase: "discovered" },
};

for (const [words, state] of Object.entries(states))
  for (const path of ["/boot.ipxe", "/boot.grub"])
    test(`full mode: a neighbour that asks ${path} for a node that is ${words} gets no system and changes nothing`, () => {
      const { world, ask, lease, now, types } = bootBench();
      const node = addNode(world, state, "v1");
      const [mac = ""] = node.macs;
      lease(mac, OWN);
      for (const said of ["", "&platform=efi&arch=i386&serial=STOLEN", "&waited=90"]) {
        const { status, body } = ask(`${path}?mac=${mac}${said}`, NEIGHBOUR);
        assert.equal(status, 200);
        assert.doesNotMatch(body, /kernel|linux|muster\.key/, "no system");
      }
      assert.deepEqual({ ...now(node.id), lastEvent: 0, updatedAt: 0 }, { ...node, lastEvent: 0, updatedAt: 0 });
      assert.deepEqual(types(node.id).slice(1), ["boot.refused"], "one event names the sender");
      assert.match(now(node.id).lastEvent?.summary ?? "", /10\.20\.0\.66/);
    });

test("full mode: the arming is still there for the machine itself after a neighbour has asked", () => {
  const { world, ask, lease, now } = bootBench();
  const node = addNode(world, states.armed, "v1");
  lease(node.macs[0]!, OWN);
  ask(`/boot.ipxe?mac=${node.macs[0]}`, NEIGHBOUR);
  const key = keyIn(ask(`/boot.ipxe?mac=${node.macs[0]}&platform=efi&arch=x86_64`, OWN).body);
  assert.equal(now(node.id).state.phase, "installing");
  assert.equal(ask(`/preseed/${key}/install.conf`, NEIGHBOUR).status, 403);
  assert.equal(ask(`/preseed/${key}/install.conf`, OWN).status, 200);
});

test("full mode: a machine without a lease has no address from which its script is given", () => {
  const { world, ask, lease, now } = bootBench();
  const node = addNode(world, states.armed, "v2");
  assert.doesNotMatch(ask(`/boot.ipxe?mac=${node.macs[0]}`, OWN).body, /muster\.key/);
  lease(node.macs[0]!, OWN, Date.now() - 1000);
  assert.doesNotMatch(ask(`/boot.ipxe?mac=${node.macs[0]}`, OWN).body, /muster\.key/, "its lease has ended");
  lease("52:54:00:99:99:99", OWN);
  assert.doesNotMatch(ask(`/boot.ipxe?mac=${node.macs[0]}`, OWN).body, /muster\.key/, "another machine leases the address");
  assert.equal(now(node.id).state.phase, "armed");
});

test("full mode: a rescue system is reported only from the leased address of its machine", () => {
  const { world, ask, lease, now } = bootBench();
  const node = addNode(world, states.rescue, "v3");
  lease(node.macs[0]!, OWN);
  const key = keyIn(ask(`/boot.ipxe?mac=${node.macs[0]}`, OWN).body);
  assert.equal(ask(`/progress/${key}/done?detail=${encodeURIComponent(hostKey)}`, NEIGHBOUR).status, 403);
  assert.ok(!("reach" in now(node.id).state));
});

test("full mode: an install may take longer than the lease, while no other machine gets the address", () => {
  const { world, ask, lease } = bootBench();
  const node = addNode(world, states.armed, "v4");
  lease(node.macs[0]!, OWN);
  const key = keyIn(ask(`/boot.ipxe?mac=${node.macs[0]}`, OWN).body);
  lease(node.macs[0]!, OWN, Date.now() - 1000);
  assert.equal(ask(`/progress/${key}/start`, OWN).status, 200);
  lease("52:54:00:99:99:99", OWN);
  assert.equal(ask(`/progress/${key}/base`, OWN).status, 403);
});

test("full mode: an unknown MAC address from an address that is not leased to it makes no node", () => {
  const { world, ask, lease } = bootBench();
  assert.equal(ask("/boot.ipxe?mac=52:54:00:77:00:01&serial=X", NEIGHBOUR).status, 200);
  assert.equal(world.nodes.list().length, 0);
  lease("52:54:00:77:00:01", OWN);
  ask("/boot.ipxe?mac=52:54:00:77:00:01&serial=X", OWN);
  assert.partialDeepStrictEqual(world.nodes.list(), [{ facts: { serial: "X" }, address: OWN }]);
});

test("full mode: questions of a neighbour teach nothing about how the machine boots its disk", () => {
  const { world, ask, lease } = bootBench();
  const node = addNode(world, states.ready, "v5");
  lease(node.macs[0]!, OWN);
  for (let times = 0; times < 6; times++) ask(`/boot.ipxe?mac=${node.macs[0]}&platform=pcbios`, NEIGHBOUR);
  assert.match(ask(`/boot.ipxe?mac=${node.macs[0]}&platform=pcbios`, OWN).body, /sanboot/);
});

test("proxy mode: Muster cannot know the address of a machine, so the script is given to it from any address", () => {
  const { world, ask, now } = bootBench("proxy");
  const node = addNode(world, states.armed, "v6");
  keyIn(ask(`/boot.ipxe?mac=${node.macs[0]}`, NEIGHBOUR).body);
  assert.equal(now(node.id).state.phase, "installing");
});

for (const mode of ["proxy", "full", "off"] as const)
  test(`${mode} mode: a boot request does not move a node that has called home, nor change its facts`, () => {
    for (const state of [states.ready, states.armed, states.rescue, { phase: "configure-failed", reason: "r", at } as const]) {
      const { world, ask, lease, now } = bootBench(mode);
      const node = addNode(world, state, "db1");
      world.registry.update(node.id, (was) => ({
        node: { ...was, address: "10.20.0.50", facts: { manufacturer: "Acme", serial: "A1", firmware: "bios" } },
        event: { source: "control", type: "node.called-home", summary: "called home" },
      }));
      world.hostKeys.pin(node.id, hostKey, new Date());
      lease(node.macs[0]!, NEIGHBOUR);
      const { body } = ask(`/boot.ipxe?mac=${node.macs[0]}&manufacturer=Evil&serial=A1&platform=efi`, NEIGHBOUR);
      if (state?.phase === "rescue") ask(`/progress/${keyIn(body)}/done?detail=${encodeURIComponent(hostKey)}`, NEIGHBOUR);
      const { address, facts } = now(node.id);
      assert.deepEqual({ address, facts }, { address: "10.20.0.50", facts: { manufacturer: "Acme", serial: "A1", firmware: "bios" } });
    }
  });

test("a node that has not called home keeps the address and the facts of its last boot request", () => {
  const { world, ask, now } = bootBench("proxy");
  const node = addNode(world, { phase: "accepted" }, "new1");
  ask(`/boot.ipxe?mac=${node.macs[0]}&manufacturer=Acme&serial=A1`, "10.20.0.7");
  assert.partialDeepStrictEqual(now(node.id), { address: "10.20.0.7", facts: { manufacturer: "Acme", serial: "A1" } });
});
