/** Other DHCP servers, found from overheard offers and from the servers that machines choose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtherOfferFacts } from "../../../../daemon/contract/netboot/wire-facts.ts";
import { OtherServers } from "../../../../daemon/netboot/dhcp/other-servers.ts";
import { openWorld } from "../../../support/world.ts";

const mac = "52:54:00:00:00:0a";
const card = "00:11:22:33:44:55";
const request = (server: string, answer = "none") => ({
  mac,
  type: "dhcp.request",
  summary: "",
  detail: { stage: "uefi-rom", answer, server, journal: [] },
});

function lan() {
  const { dhcpServers } = openWorld();
  const clock = { now: Date.parse("2026-01-01T10:00:00Z") };
  const cardAt = (address: string) => (address === "192.168.1.1" ? card : undefined);
  return { clock, dhcpServers, others: new OtherServers({ dhcpServers, ours: new Set(["10.0.0.2"]), cardAt, now: () => clock.now }) };
}

test("an offer becomes an event of its machine, and the server is remembered with its card", () => {
  const { others, dhcpServers } = lan();
  const event = others.heard({ mac, server: "192.168.1.1", address: "192.168.1.50", bootFile: "pxelinux.0", pxe: false });
  assert.equal(event.summary, `the server 192.168.1.1 (${card}) offers it 192.168.1.50 with the boot file pxelinux.0`);
  assert.equal(event.mac, mac);
  assert.deepEqual(OtherOfferFacts.parse(event.detail), {
    server: "192.168.1.1",
    mac: card,
    address: "192.168.1.50",
    bootFile: "pxelinux.0",
    pxe: false,
  });
  assert.partialDeepStrictEqual(dhcpServers.all(), [{ address: "192.168.1.1", mac: card, offer: { bootFile: "pxelinux.0", pxe: false } }]);
});

test("a server that a machine turned to is known by that alone; we are not, nor one whose request we answered", () => {
  const { others, dhcpServers } = lan();
  for (const event of [request("192.168.1.1"), request("10.0.0.2"), request("10.9.9.9", "ack")]) others.observe(event);
  assert.deepEqual(
    dhcpServers.all().map(({ address, offer }) => [address, offer]),
    [["192.168.1.1", undefined]],
  );
});

test("a hundred machines that are offered the same write once a minute, and a change at once", () => {
  const { others, dhcpServers, clock } = lan();
  const seen = () => dhcpServers.all()[0];
  const said = (n: number, bootFile?: string) =>
    others.heard({ mac, server: "192.168.1.1", address: `192.168.1.${n}`, pxe: false, ...(bootFile && { bootFile }) });
  said(10);
  const first = seen()?.lastSeen;
  clock.now += 30_000;
  said(11);
  assert.equal(seen()?.lastSeen, first);
  said(12, "pxelinux.0");
  assert.notEqual(seen()?.lastSeen, first);
  assert.equal(seen()?.offer?.bootFile, "pxelinux.0");
});
