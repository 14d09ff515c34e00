/** A machine with one MAC address on two networks: both leases are on disk, and both are known after a restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { senderIn } from "../../../../daemon/netboot/dhcp/sender.ts";
import type { Lease } from "../../../../pxe/boot-source.ts";
import { lan, machine } from "../../../support/dhcp/dhcp-lan.ts";
import { openWorld } from "../../../support/world.ts";

const [card, other] = ["02:00:00:00:00:aa", "02:00:00:00:00:bb"] as const;
const subnets = [9, 8].map((n) => ({
  cidr: `10.${n}.0.0/24`,
  router: `10.${n}.0.1`,
  ranges: [{ from: `10.${n}.0.10`, to: `10.${n}.0.20` }],
}));
const [first, second] = [{ relay: "10.9.0.1" }, { relay: "10.8.0.1" }];

/** Saves the leases in the order of their ACKs, as the lease thread does, and starts the pools again from the table. */
function restarted(saved: readonly Lease[]) {
  const { leases } = openWorld();
  for (const lease of saved) leases.save(lease);
  return { on: lan({ subnets, known: leases.all() }), leases };
}

test("two networks and a restart: the first lease is not given to another machine, and is renewed", () => {
  const on = lan({ subnets });
  assert.equal(machine(on, card).join(first), "10.9.0.10");
  assert.equal(machine(on, card).join(second), "10.8.0.10");
  const { on: again } = restarted(on.saved);
  assert.equal(machine(again, other).join(first), "10.9.0.11");
  assert.equal(machine(again, card).renew("10.9.0.10").kind, "ack");
  assert.equal(machine(again, card).renew("10.8.0.10").kind, "ack");
});

test("our own wire and a tagged VLAN behind a relay are two networks as well", () => {
  const on = lan({ subnets });
  machine(on, card).join();
  machine(on, card).join(first);
  const { on: again, leases } = restarted(on.saved);
  assert.deepEqual(
    leases
      .ofMac(card)
      .map(({ address }) => address)
      .sort(),
    ["10.0.0.10", "10.9.0.10"],
  );
  assert.equal(machine(again, other).join(), "10.0.0.11");
});

test("a machine that gets another address on one network keeps its lease on the other, and one lease on each", () => {
  const on = lan({ subnets });
  machine(on, card).join(first);
  machine(on, card).join(second);
  machine(on, card).decline("10.9.0.10", first);
  assert.equal(machine(on, card).join(first), "10.9.0.11");
  const { leases } = restarted(on.saved);
  assert.deepEqual(
    leases
      .ofMac(card)
      .map(({ address }) => address)
      .sort(),
    ["10.8.0.10", "10.9.0.11"],
  );
});

test("both addresses of the machine are its own for boot requests, and each has one holder", () => {
  const on = lan({ subnets });
  machine(on, card).join(first);
  machine(on, card).join(second);
  const { leases } = restarted(on.saved);
  const check = senderIn(leases, "full", () => on.clock.now);
  for (const address of ["10.9.0.10", "10.8.0.10"]) {
    assert.equal(check({ macs: [card] }, address), "itself");
    assert.equal(leases.holder(address), card);
  }
});

test("a lease of an earlier version, which names no subnet, is renewed in its subnet", () => {
  const { leases } = openWorld();
  leases.save({ mac: card, address: "10.9.0.15", state: "bound", expiresAt: 9_000_000_000_000 });
  const on = lan({ subnets, known: leases.all() });
  assert.equal(machine(on, card).renew("10.9.0.15").kind, "ack");
  for (const lease of on.saved) leases.save(lease);
  assert.deepEqual(
    leases.all().map(({ address, network }) => [address, network]),
    [["10.9.0.15", "10.9.0.0/24"]],
  );
});
