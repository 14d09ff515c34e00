/** When the hardware that a machine reports shows another machine, and when it shows the same machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Facts } from "../../../daemon/contract/machines/node.ts";
import { isAnotherMachine, isSameMachine, machineWords } from "../../../daemon/machines/identity.ts";

const one = { uuid: "11111111-1111-1111-1111-111111111112", serial: "AAAA1", manufacturer: "LENOVO", product: "20XX" };
const two = { uuid: "22222222-2222-2222-2222-222222222223", serial: "BBBB1", manufacturer: "Dell Inc.", product: "Latitude" };

const others: [string, Facts, Facts][] = [
  ["all four values differ", one, two],
  ["UUID and serial number of one series", one, { ...one, uuid: two.uuid, serial: two.serial }],
  ["serial number and product, without a UUID", { serial: "A1", product: "X" }, { serial: "B1", product: "Y" }],
  ["only vendor and product are known", { manufacturer: "Acme", product: "X" }, { manufacturer: "Other", product: "Y" }],
  ["a filler serial number on one side", { ...one, serial: "To be filled by O.E.M." }, two],
];
const same: [string, Facts, Facts][] = [
  ["nothing known before", {}, two],
  ["nothing reported now", one, {}],
  ["equal values", one, { ...one }],
  ["only the UUID differs", one, { ...one, uuid: two.uuid }],
  ["only the serial number differs", one, { ...one, serial: two.serial }],
  ["a BIOS update that changed UUID and product, with the same serial number", one, { ...one, uuid: two.uuid, product: "20XX v2" }],
  [
    "the UUID in the other byte order",
    { ...one, uuid: "12345678-aabb-ccdd-0000-000000000001" },
    { ...two, uuid: "78563412-bbaa-ddcc-0000-000000000001" },
  ],
  ["upper case and spaces", one, { ...one, manufacturer: " Lenovo ", product: "20xx", serial: "aaaa1" }],
  [
    "fillers that differ",
    { uuid: "00000000-0000-0000-0000-000000000000", serial: "To be filled by O.E.M.", product: "X" },
    { uuid: "ffffffff-ffff-ffff-ffff-ffffffffffff", serial: "Default string", product: "Y" },
  ],
  [
    "the UUID and the serial number of a whole series",
    { uuid: "03000200-0400-0500-0006-000700080009", serial: "123456789", product: "X" },
    { uuid: two.uuid, serial: "System Serial Number", product: "Y" },
  ],
];

for (const [words, known, said] of others) test(`another machine: ${words}`, () => assert.equal(isAnotherMachine(known, said), true));
for (const [words, known, said] of same) test(`not another machine: ${words}`, () => assert.equal(isAnotherMachine(known, said), false));

test("the same machine by another card: two of UUID, serial number and listed card are equal", () => {
  const nics = [{ name: "eth1", mac: "00:16:3e:00:00:0b" }];
  assert.equal(isSameMachine({ ...one, nics }, one, "00:16:3e:00:00:0b"), true);
  assert.equal(isSameMachine(one, one, "00:16:3e:00:00:99"), true, "a card that is new");
  assert.equal(isSameMachine({ ...one, nics }, { uuid: one.uuid }, "00:16:3e:00:00:0b"), true);
  assert.equal(isSameMachine(one, { uuid: one.uuid }, "00:16:3e:00:00:0b"), false, "a UUID alone is no proof");
  assert.equal(isSameMachine({ nics }, two, "00:16:3e:00:00:0b"), false, "a card alone is no proof: it may have moved");
  const series = { uuid: "03000200-0400-0500-0006-000700080009", serial: "Default string" };
  assert.equal(isSameMachine(series, series, "00:16:3e:00:00:0b"), false);
});

test("the words for a machine name what is known", () => {
  assert.equal(machineWords(one), "LENOVO 20XX, serial AAAA1, UUID 11111111-1111-1111-1111-111111111112");
  assert.equal(machineWords({}), "a machine without a description");
});
