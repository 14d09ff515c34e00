import assert from "node:assert/strict";
import { test } from "node:test";
import { macFromArp } from "../../../daemon/netboot/dhcp/arp.ts";

const table = `IP address       HW type     Flags       HW address            Mask     Device
10.77.2.21       0x1         0x2         52:54:00:4d:00:01     *        br0
10.77.2.22       0x1         0x0         00:00:00:00:00:00     *        br0
`;

test("a complete entry names the machine", () => assert.equal(macFromArp("10.77.2.21", table), "52:54:00:4d:00:01"));
test("an entry without an answer, or no entry, gives no MAC address", () => {
  assert.equal(macFromArp("10.77.2.22", table), undefined);
  assert.equal(macFromArp("10.77.2.2", table), undefined);
});
