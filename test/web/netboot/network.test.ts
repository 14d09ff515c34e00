/** Sentences of the network page, without a browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseView, Network } from "../../../daemon/contract/netboot/network.ts";
import { bySetAside, offerText, verdictOf } from "../../../web/src/netboot/network-words.ts";
import { parseRoute } from "../../../web/src/parts/route.ts";

const at = "2026-01-01T10:00:00.000Z";
const now = Date.parse(at) + 60_000;
const other = { address: "192.168.1.1", firstSeen: at, lastSeen: at };
const network = (modes: ("off" | "proxy" | "full")[], rest: Partial<Network> = {}): Network => ({
  interfaces: modes.map((mode, index) => ({ interface: `eth${index}`, mode, address: "10.0.0.2", network: "10.0.0.0/24" })),
  subnets: [],
  leases: [],
  reservations: [],
  otherServers: [],
  ...rest,
});

test("the first sentence states if the LAN is safe", () => {
  assert.equal(verdictOf(network(["proxy"]), now).title, "Your LAN is safe");
  assert.match(verdictOf(network(["proxy"], { otherServers: [other] }), now).text, /assigns no addresses/);
  assert.equal(verdictOf(network(["full"]), now).tone, "good");
  assert.equal(verdictOf(network(["proxy", "full"], { otherServers: [other] }), now).tone, "attention");
  const gone = { ...other, lastSeen: "2025-12-01T10:00:00.000Z" };
  assert.equal(verdictOf(network(["full"], { otherServers: [gone] }), now).tone, "good");
  assert.match(verdictOf(network(["off"]), now).title, /does not answer DHCP/);
  assert.match(verdictOf(network([]), now).title, /does not answer DHCP/);
});

test("addresses that need attention come first", () => {
  const lease = (address: string, state: LeaseView["state"]): LeaseView => ({ address, state, until: at });
  const order = bySetAside([
    lease("10.0.0.1", "leased"),
    lease("10.0.0.2", "conflict"),
    lease("10.0.0.3", "expired"),
    lease("10.0.0.4", "declined"),
  ]);
  assert.deepEqual(
    order.map(({ state }) => state),
    ["conflict", "declined", "leased", "expired"],
  );
});

test("another server is described by its offers", () => {
  assert.match(offerText(other), /offers not seen/);
  assert.equal(
    offerText({ ...other, offer: { address: "192.168.1.50", bootFile: "pxelinux.0", nextServer: "192.168.1.9", pxe: true } }),
    "offers an address, the boot file pxelinux.0, next-server 192.168.1.9, PXE options",
  );
});

test("the page has an address of its own", () => {
  assert.deepEqual(parseRoute("#/network"), { page: "network" });
  assert.deepEqual(parseRoute("#/network/more"), { page: "lost" });
});
