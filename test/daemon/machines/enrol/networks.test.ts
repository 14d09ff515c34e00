import assert from "node:assert/strict";
import { test } from "node:test";
import { inNetworks } from "../../../../daemon/machines/enrol/networks.ts";

test("an address belongs to a network, or not, down to the last bit", () => {
  const inside = inNetworks(["10.77.0.0/16", "192.0.2.128/25", "203.0.113.9/32"]);
  for (const address of ["10.77.0.1", "10.77.255.254", "192.0.2.128", "203.0.113.9"]) assert.equal(inside(address), true, address);
  for (const address of ["10.78.0.1", "192.0.2.127", "203.0.113.8", "127.0.0.1", "::1"]) assert.equal(inside(address), false, address);
});

test("an IPv4 address in the clothes of IPv6 is not the IPv4 address", () => {
  const inside = inNetworks(["10.77.0.0/16"]);
  for (const address of ["::ffff:10.77.0.1", "::ffff:a4d:1", "0:0:0:0:0:ffff:a4d:1"]) assert.equal(inside(address), false, address);
});

test("where no network is named, no address is inside", () => {
  assert.equal(inNetworks([])("127.0.0.1"), false);
});
