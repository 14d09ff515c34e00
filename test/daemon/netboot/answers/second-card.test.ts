/** A machine with two network cards that boots by the second one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodeState } from "../../../../daemon/contract/machines/node.ts";
import { addCard, removeCard } from "../../../../daemon/machines/acts/cards.ts";
import { requester } from "../../../support/machines/act-ports.ts";
import { bootBench, keyIn } from "../../../support/netboot/boot-bench.ts";
import { addNode } from "../../../support/world.ts";

const later = new Date(Date.now() + 3_600_000).toISOString();
const [first, second] = ["00:16:3e:00:00:0a", "00:16:3e:00:00:0b"] as const;
const facts = {
  uuid: "4c4c4544-0001-1000-8000-b1b2b3b4b5b6",
  serial: "S-77",
  nics: [first, second].map((mac, n) => ({ name: `eth${n}`, mac })),
};
const asked = `uuid=${facts.uuid}&serial=${facts.serial}&platform=efi&arch=x86_64`;

function twoCards(state: NodeState, macs: string[], mode: "full" | "proxy" = "full") {
  const bench = bootBench(mode);
  const added = addNode(bench.world, state, "n1");
  const node = bench.world.registry.update(added.id, (was) => ({
    node: { ...was, macs, facts },
    event: { source: "control", type: "test", summary: "" },
  }));
  return { ...bench, node };
}

for (const [words, state, by] of [
  ["image", { phase: "armed", profile: "image", until: later }, /BOOTIF=01-00-16-3e-00-00-0b/],
  ["preseed", { phase: "armed", profile: "preseed", until: later }, /BOOTIF=01-00-16-3e-00-00-0b/],
  ["wipe", { phase: "wiping", disks: "all", quick: true, deadline: later }, /BOOTIF=01-00-16-3e-00-00-0b/],
  ["rescue", { phase: "rescue", since: later }, /BOOTIF=01-00-16-3e-00-00-0b/],
  ["waiting", { phase: "accepted" }, /boot\.ipxe\?mac=00-16-3e-00-00-0b&waited=3/],
] as [string, NodeState, RegExp][])
  test(`${words}: the script names the card that booted, not the first card of the node`, () => {
    const { ask, lease } = twoCards(state, [first, second]);
    lease(first, "10.20.0.10", Date.now() - 7 * 86_400_000);
    lease(second, "10.20.0.11");
    const { body } = ask("/boot.ipxe?mac=00-16-3e-00-00-0b&platform=efi&arch=x86_64", "10.20.0.11");
    assert.match(body, by);
    assert.doesNotMatch(body, /00-16-3e-00-00-0a/);
  });

test("the install key is good from the address of any card of the node, and from no ended lease of another machine", () => {
  const { ask, lease } = twoCards({ phase: "armed", profile: "image", until: later }, [first, second]);
  lease(first, "10.20.0.10", Date.now() - 7 * 86_400_000);
  lease(second, "10.20.0.11");
  const key = keyIn(ask("/boot.ipxe?mac=00-16-3e-00-00-0b&platform=efi", "10.20.0.11").body);
  assert.equal(ask(`/progress/${key}/start`, "10.20.0.11").status, 200);
  assert.equal(ask(`/preseed/${key}/install.conf`, "10.20.0.11").status, 200);
  lease(first, "10.20.0.12");
  assert.equal(ask(`/progress/${key}/base`, "10.20.0.12").status, 200, "the installed system may use both cards");
  assert.equal(ask(`/progress/${key}/base`, "10.20.0.13").status, 403);
});

test("a card that the node reported, with its UUID and serial number, is named on the node's timeline with the step to take", () => {
  const { ask, world, node, types, now } = twoCards({ phase: "ready", since: later }, [first], "proxy");
  const { body } = ask(`/boot.ipxe?mac=${second}&${asked}`);
  assert.match(body, /probably n1 by its other network card; to add the card: muster card add n1/);
  assert.equal(types(node.id).at(-1), "boot.other-card");
  assert.match(now(node.id).lastEvent?.summary ?? "", /muster card add n1 00:16:3e:00:00:0b$/);
  const stranger = world.nodes.findByMac(second);
  assert.match(stranger?.lastEvent?.summary ?? "", /probably n1/);
  addCard(world, { node: "n1", mac: second }, requester());
  assert.deepEqual(now(node.id).macs, [first, second]);
  assert.equal(world.nodes.findById(stranger?.id ?? ""), undefined, "no second machine waits");
  assert.equal(world.nodes.findByMac(second)?.name, "n1");
});

for (const said of ["uuid=4c4c4544-0001-1000-8000-b1b2b3b4b5b6", "serial=S-77", "uuid=00000000-0000-0000-0000-000000000000&serial=None"])
  test(`a new adapter with ${said} alone says nothing about the node`, () => {
    const { ask, node, types } = twoCards({ phase: "ready", since: later }, [first], "proxy");
    ask(`/boot.ipxe?mac=00:16:3e:00:00:77&${said}`);
    assert.deepEqual(types(node.id).at(-1), "test");
  });

test("a card is taken from no accepted node, and the last card of a node stays", () => {
  const { world } = twoCards({ phase: "accepted" }, [first]);
  const other = addNode(world, { phase: "accepted" }, "n2");
  assert.throws(() => addCard(world, { node: "n1", mac: other.macs[0]! }, requester()), {
    message: /belongs to n2; remove it there first/,
  });
  assert.throws(() => addCard(world, { node: "n1", mac: first }, requester()), { message: /already has/ });
  assert.throws(() => removeCard(world, { node: "n1", mac: first }, requester()), { message: /only network card/ });
  addCard(world, { node: "n1", mac: second }, requester());
  assert.deepEqual(removeCard(world, { node: "n1", mac: first }, requester()).macs, [second]);
  assert.equal(world.nodes.findByMac(first), undefined);
});
