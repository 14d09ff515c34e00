import assert from "node:assert/strict";
import { test } from "node:test";
import { proposeRange } from "../../../daemon/local/network-cards.ts";

const proposals: [address: string, netmask: string, from: string | undefined, to: string | undefined][] = [
  ["192.168.7.1", "255.255.255.0", "192.168.7.128", "192.168.7.227"],
  ["192.168.7.200", "255.255.255.0", "192.168.7.2", "192.168.7.101"],
  ["10.77.3.1", "255.255.0.0", "10.77.3.128", "10.77.3.227"],
  ["10.0.0.65", "255.255.255.192", "10.0.0.96", "10.0.0.126"],
  ["10.0.0.1", "255.255.255.252", undefined, undefined],
];
for (const [address, netmask, from, to] of proposals) {
  test(`a card with ${address}/${netmask} proposes ${from === undefined ? "nothing" : `${from} to ${to}`}`, () => {
    assert.deepEqual(proposeRange({ name: "eth1", address, netmask }), from === undefined ? undefined : { from, to });
  });
}

test("a card without an address proposes nothing", () => {
  assert.equal(proposeRange({ name: "eth1" }), undefined);
});
