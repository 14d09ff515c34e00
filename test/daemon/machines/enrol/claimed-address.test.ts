/** The address in a call-home, compared with the address of the connection. */
import assert from "node:assert/strict";
import { test } from "node:test";
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

test("a refusal names the field and both addresses", () => {
  const verdict = checkAddress("10.20.0.99", "10.20.0.66", rules);
  assert(verdict.kind === "refused");
  assert.equal(verdict.reason, "ip_address: 10.20.0.99 is not the address of this connection, 10.20.0.66");
});
