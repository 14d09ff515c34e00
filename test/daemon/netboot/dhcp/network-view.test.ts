/** The view of the networks lists every address once, with its state, its end and the reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Network } from "../../../../daemon/contract/netboot/network.ts";
import { networkView, type StoredLease } from "../../../../daemon/netboot/dhcp/network-view.ts";
import { cards } from "../../../support/machines/cards.ts";

const [A, B, C] = ["52:54:00:00:00:0a", "52:54:00:00:00:0b", "52:54:00:00:00:0c"] as const;
const nowMs = Date.parse("2026-01-01T10:00:00Z");
const later = nowMs + 3_600_000;
const full = cards(`{
  interface: eth1, dhcp: full, range: { from: 10.0.0.10, to: 10.0.0.19 }, exclude: [10.0.0.15],
  reservations: { "${A}": 10.0.0.40, "${C}": 10.0.0.41 },
  subnets: [{ subnet: 10.9.0.0/24, router: 10.9.0.1, ranges: [{ from: 10.9.0.10, to: 10.9.0.10 }], lease_seconds: 600 }] }`);

const view = (leases: StoredLease[], places = full) =>
  Network.parse(networkView({ places, leases, otherServers: [], nodeOf: (mac) => (mac === A ? "n1" : undefined), nowMs }));
const states = (leases: StoredLease[]) => view(leases).leases.map(({ address, state }) => [address, state]);

test("each kind of lease is shown with its state, in the order of addresses", () => {
  assert.deepEqual(
    states([
      { mac: C, address: "10.0.0.101", state: "bound", expiresAt: nowMs - 1 },
      { mac: B, address: "10.0.0.12", state: "released", expiresAt: nowMs - 1 },
      { mac: A, address: "10.0.0.9", state: "bound", expiresAt: later },
    ]),
    [
      ["10.0.0.9", "leased"],
      ["10.0.0.12", "released"],
      ["10.0.0.101", "expired"],
    ],
  );
});

test("an address set aside says who declined it or who sits there, and until when", () => {
  const { leases } = view([
    { mac: "declined 10.0.0.10", address: "10.0.0.10", state: "declined", expiresAt: later, cause: { kind: "declined", by: A } },
    { mac: B, address: "10.0.0.11", state: "offered", expiresAt: later, cause: { kind: "in-use", by: B } },
  ]);
  const until = new Date(later).toISOString();
  assert.deepEqual(leases, [
    { address: "10.0.0.10", state: "declined", until, why: `n1 (${A}) declined it: another machine uses this address` },
    { address: "10.0.0.11", state: "conflict", mac: B, until, why: `${B} uses it without a lease` },
  ]);
});

test("offers, released addresses and expired ones have no holder and are not shown", () => {
  assert.deepEqual(
    states([
      { mac: A, address: "10.0.0.10", state: "offered", expiresAt: later },
      { mac: "declined 10.0.0.11", address: "10.0.0.11", state: "released", expiresAt: nowMs },
      { mac: "declined 10.0.0.12", address: "10.0.0.12", state: "declined", expiresAt: nowMs, cause: { kind: "declined", by: A } },
    ]),
    [],
  );
});

test("subnets say how many addresses they have, reservations whether they are used", () => {
  const { subnets, reservations } = view([
    { mac: A, address: "10.0.0.40", state: "bound", expiresAt: later },
    { mac: "52:54:00:00:00:0d", address: "10.0.0.13", state: "bound", expiresAt: later },
    { mac: B, address: "10.9.0.10", state: "bound", expiresAt: later },
    { mac: "declined 10.0.0.12", address: "10.0.0.12", state: "declined", expiresAt: later, cause: { kind: "declined", by: B } },
  ]);
  assert.deepEqual(
    subnets.map(({ subnet, link, size, leased, setAside, leaseSeconds }) => ({ subnet, link, size, leased, setAside, leaseSeconds })),
    [
      { subnet: "10.0.0.0/24", link: "eth1", size: 9, leased: 1, setAside: 1, leaseSeconds: 43_200 },
      { subnet: "10.9.0.0/24", link: "behind a relay", size: 1, leased: 1, setAside: 0, leaseSeconds: 600 },
    ],
  );
  assert.deepEqual(reservations, [
    { mac: A, address: "10.0.0.40", node: "n1", leased: true },
    { mac: C, address: "10.0.0.41", leased: false },
  ]);
});

test("a proxy hands out nothing and so has no subnets", () => {
  const { interfaces, subnets, reservations } = view([], cards("{ interface: eth1, dhcp: proxy }"));
  assert.deepEqual(interfaces, [{ interface: "eth1", mode: "proxy", address: "10.0.0.2", network: "10.0.0.0/24" }]);
  assert.deepEqual([subnets, reservations], [[], []]);
});
