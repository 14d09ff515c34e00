/** Hosts that make up MAC addresses, or repeat their requests, fill neither the fleet nor the timeline. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { forgetDiscovered } from "../../../../daemon/machines/acts/forget.ts";
import { Discovery } from "../../../../daemon/netboot/answers/discovery.ts";
import { EventLimit } from "../../../../daemon/netboot/event-limit.ts";
import { requester } from "../../../support/machines/act-ports.ts";
import { bootBench } from "../../../support/netboot/boot-bench.ts";
import { addNode, openWorld } from "../../../support/world.ts";

/** Time does not pass, however slow the machine is. */
const stopped = () => 0;
const macOf = (n: number) => `52:54:00:${[16, 8, 0].map((shift) => ((n >> shift) & 255).toString(16).padStart(2, "0")).join(":")}`;

test("scripts and DHCP requests of made-up machines add a limited number of nodes, and a real machine may try again", () => {
  const { world, ask, source } = bootBench("proxy", stopped);
  const answers = Array.from({ length: 900 }, (_, n) => ask(`/boot.ipxe?mac=${macOf(n)}&serial=S${n}`).status);
  const met = world.nodes.countIn("discovered");
  assert.equal(met, 600);
  assert.equal(answers.at(0), 200);
  assert.equal(answers.at(-1), 429);
  const machine = { mac: macOf(70_000), arch: 7 };
  assert.deepEqual(source.dhcpPlan(machine), { netboot: true, reason: "a new machine" });
  source.record({ mac: machine.mac, machine, type: "dhcp.discover", summary: "asks for an address" });
  assert.equal(world.nodes.countIn("discovered"), met);
});

test("a DHCP plan writes nothing; the event of a booting machine makes it known, the event of another system does not", () => {
  const { world, source, types } = bootBench("full", stopped);
  const machine = { mac: macOf(1), arch: 0, uuid: "4c4c4544-0000-0000-0000-000000000001" };
  assert.deepEqual(source.dhcpPlan(machine), { netboot: true, reason: "a new machine" });
  assert.deepEqual(world.nodes.list(), []);
  assert.deepEqual(world.events.after(0, 10), []);
  source.record({ mac: machine.mac, machine, type: "dhcp.discover", summary: "asks for an address" });
  source.record({ mac: macOf(2), machine: { mac: macOf(2) }, type: "dhcp.request", summary: "renews its address" });
  const [node, ...others] = world.nodes.list();
  assert.deepEqual([node?.macs, node?.facts], [[machine.mac], { firmware: "bios", uuid: machine.uuid }]);
  assert.deepEqual(others, []);
  assert.deepEqual(types(node?.id ?? ""), ["node.discovered", "dhcp.discover"]);
  assert.deepEqual(source.dhcpPlan(machine), { netboot: true, reason: `${node?.name} is discovered` });
});

test("1,024 discovered machines are kept; a new one displaces the one that was longest not seen, and no accepted one", () => {
  const world = openWorld();
  let now = 0;
  const discovery = new Discovery(world.db, world.nodes, world.registry, () => now);
  const accepted = addNode(world, { phase: "accepted" }, "mine");
  for (let n = 0; n < 1_100; n++) {
    now += 1_000;
    assert.ok(discovery.meet({ mac: macOf(n + 100_000) }), `machine ${n}`);
  }
  assert.equal(world.nodes.countIn("discovered"), 1_024);
  assert.equal(world.nodes.findByMac(macOf(100_000)), undefined);
  assert.ok(world.nodes.findByMac(macOf(101_099)));
  assert.ok(world.nodes.findById(accepted.id));
});

test("a machine for which an operator made a token is not displaced", () => {
  const world = openWorld();
  const node = addNode(world, { phase: "discovered" }, "wanted");
  world.tokens.issue(node.id, "enrol", new Date(), new Date(Date.now() + 60_000).toISOString());
  assert.equal(world.nodes.longestUnseen("discovered"), undefined);
});

test("a repeated request writes one event a second, whatever facts it names", () => {
  const { world, ask, types } = bootBench("proxy", stopped);
  for (const phase of ["discovered", "accepted"] as const) {
    const node = addNode(world, { phase });
    for (let times = 0; times < 200; times++) ask(`/boot.ipxe?mac=${node.macs[0]}&serial=S${times}&waited=90`);
    assert.deepEqual(types(node.id), ["node.discovered", "boot.local"]);
  }
});

test("different events of one type are limited for a machine, and all events of discovered machines together", () => {
  let now = 0;
  const limit = new EventLimit(() => now);
  const count = (id: string, phase: "discovered" | "accepted", tries: number) =>
    Array.from({ length: tries }, (_, n) => limit.allows({ id, state: { phase } }, { type: "http.asset", summary: `file ${n}` })).filter(
      Boolean,
    ).length;
  assert.equal(count("a", "accepted", 500), 20);
  now += 1_000;
  assert.equal(count("a", "accepted", 500), 10);
  let strangers = 0;
  for (let machine = 0; machine < 400; machine++) strangers += count(`s${machine}`, "discovered", 30);
  assert.equal(strangers, 5_000);
  now += 1_000;
  assert.equal(count("a", "accepted", 5), 5, "an accepted machine has its own budget");
  now -= 60_000;
  assert.equal(count("a", "accepted", 5), 5, "a clock that is set back takes nothing away");
});

test("the forget act removes discovered machines with their timelines, and refuses every other machine", () => {
  const world = openWorld();
  const [first, second] = [addNode(world, { phase: "discovered" }, "x1"), addNode(world, { phase: "discovered" }, "x2")];
  const mine = addNode(world, { phase: "accepted" }, "mine");
  world.tokens.issue(first.id, "enrol", new Date(), new Date(Date.now() + 60_000).toISOString());
  assert.throws(() => forgetDiscovered(world, { nodes: ["x1", "mine"] }, requester()), {
    code: "NODE_WRONG_PHASE",
    message: /mine is accepted/,
  });
  assert.equal(world.nodes.list().length, 3);
  assert.deepEqual(
    forgetDiscovered(world, { nodes: ["x1"] }, requester()).map(({ name }) => name),
    ["x1"],
  );
  assert.deepEqual(world.events.ofNode(first.id, 0, 10), []);
  forgetDiscovered(world, {}, requester());
  assert.deepEqual(
    world.nodes.list().map(({ id }) => id),
    [mine.id],
  );
  assert.equal(world.nodes.findById(second.id), undefined);
});
