/** The address in a call-home, compared with the address of the connection. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { type AddressRules, checkAddress } from "../../../../daemon/machines/enrol/claimed-address.ts";

const rules: AddressRules = { networks: ["10.20.0.0/24", "10.30.0.0/31"], relayed: ["10.40.0.0/16"], own: () => ["10.20.0.2"] };
const table: [claimed: string, sender: string, kind: string][] = [
  ["10.20.0.99", "10.20.0.99", "proven"],
  ["10.20.0.99", "::ffff:10.20.0.99", "proven"],
  ["10.20.0.99", "10.20.0.66", "refused"],
  ["10.20.0.99", "10.40.7.1", "stated"],
  ["10.20.0.99", "::ffff:10.40.7.1", "stated"],
  ["10.20.0.99", "::1", "refused"],
  ["10.20.0.2", "10.20.0.2", "refused"],
  ["10.20.0.2", "10.40.7.1", "refused"],
  ["10.20.0.0", "10.40.7.1", "refused"],
  ["10.20.0.255", "10.40.7.1", "refused"],
  ["10.20.0.255", "10.20.0.255", "refused"],
  ["10.30.0.0", "10.30.0.0", "proven"],
  ["10.50.0.1", "10.50.0.1", "refused"],
  ["10.40.0.7", "10.40.0.7", "refused"],
];

for (const [claimed, sender, kind] of table)
  test(`an address ${claimed} that comes from ${sender} is ${kind}`, () => {
    assert.equal(checkAddress(claimed, sender, rules).kind, kind);
  });

const ipv6: AddressRules = { networks: ["fd00:20::/64"], relayed: ["fd00:40::/64"], own: () => ["fd00:20::2"] };
for (const [claimed, sender, kind] of [
  ["fd00:20::99", "fd00:20::99", "proven"],
  ["FD00:20:0:0::99", "fd00:20::99", "proven"],
  ["fd00:20::99", "fd00:20::66", "refused"],
  ["fd00:20::99", "fd00:40::1", "stated"],
  ["fd00:20:0::2", "fd00:40::1", "refused"],
  ["fd00:21::1", "fd00:21::1", "refused"],
  ["10.20.0.99", "10.20.0.99", "refused"],
] as const)
  test(`in a network of IPv6, an address ${claimed} that comes from ${sender} is ${kind}`, () => {
    assert.equal(checkAddress(claimed, sender, ipv6).kind, kind);
  });

test("the advice of a refused address can be followed with a network of either family", () => {
  for (const networks of ["[10.77.0.0/16]", "[fd00::/64]", "[10.77.0.0/16, 2001:db8::/32]"])
    parseConfig(`machines: { call_home: { networks: ${networks}, relayed: ${networks} } }`, "test");
  for (const wrong of ["[10.77.0.1]", "[fd00::/129]", "[fd00::1]"])
    assert.throws(
      () => parseConfig(`machines: { call_home: { networks: ${wrong} } }`, "test"),
      (error) => /such as 10\.77\.0\.0\/16 or fd00::\/64/.test(String((error as Error).cause)),
    );
});

test("a refusal names the field and both addresses", () => {
  const verdict = checkAddress("10.20.0.99", "10.20.0.66", rules);
  assert(verdict.kind === "refused");
  assert.equal(verdict.reason, "ip_address: 10.20.0.99 is not the address of this connection, 10.20.0.66");
});
