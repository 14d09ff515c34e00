/** A table of the quirks that a machine has, and checks of the quirk file that comes with Muster. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { QuirkMatch } from "../../../../daemon/contract/netboot/quirk.ts";
import { parseQuirkFile, quirkFile } from "../../../../daemon/netboot/quirks/quirk-file.ts";
import { appliedQuirks, type KnownMachine, quirkMatches, settingsOf } from "../../../../daemon/netboot/quirks/quirks.ts";

const machine: KnownMachine = {
  mac: "00:1a:4b:00:00:01",
  uuid: "4c4c4544-0031-3010-8033-b4c04f4e3232",
  vendorClass: "PXEClient:Arch:00007:UNDI:003016",
  make: "Hewlett-Packard",
  model: "HP Compaq 8200 Elite (SFF)",
  firmware: "uefi",
};

const table: [string, QuirkMatch, boolean][] = [
  ["the make as it is written", { make: "Hewlett-Packard" }, true],
  ["case does not matter", { make: "HEWLETT-packard" }, true],
  ["the whole make, not a part of it", { make: "Hewlett" }, false],
  ["a star at the end", { model: "HP Compaq 8200*" }, true],
  ["a star in the middle", { model: "*8200*(SFF)" }, true],
  ["brackets and dots mean themselves", { model: "HP Compaq 8200 Elite .SFF." }, false],
  ["the beginning of the MAC address", { oui: "00:1a:4b" }, true],
  ["another maker's card", { oui: "00:1a:4c" }, false],
  ["the vendor class of the ROM", { vendorClass: "PXEClient:Arch:00007:*" }, true],
  ["the UUID", { uuid: "4c4c4544-0031-*" }, true],
  ["the firmware", { firmware: "bios" }, false],
  ["all that is named must fit", { make: "Hewlett-Packard", oui: "00:1a:4c" }, false],
];
for (const [what, when, fits] of table)
  test(`${what}: ${fits ? "fits" : "does not fit"}`, () => assert.equal(quirkMatches(machine, when), fits));

test("an unknown value fits no line that requires it", () => {
  for (const when of [{ make: "*" }, { model: "*" }, { vendorClass: "*" }, { uuid: "*" }, { firmware: "uefi" }] as const)
    assert.equal(quirkMatches({ mac: machine.mac }, when), false);
});

const nothing = { quirks: {}, because: {} };

test("the operator's word comes before what was learned, that before the file, setting by setting", () => {
  const lines = [{ when: { oui: "00:1a:4b" }, set: { blockSize: 1024, loader: "ipxe", rollover: 1 }, because: "file" } as const];
  const learned = { quirks: { blockSize: 512, loader: "snponly" }, because: { blockSize: "seen" } } as const;
  const applied = appliedQuirks(machine, { chosen: { loader: "ipxe" }, learned, lines });
  assert.deepEqual(
    applied.map(({ name, value, source }) => [name, value, source]),
    [
      ["loader", "ipxe", "chosen"],
      ["blockSize", 512, "learned"],
      ["rollover", 1, "file"],
    ],
  );
  assert.deepEqual(settingsOf(applied), { loader: "ipxe", blockSize: 512, rollover: 1 });
});

test("of two lines the first that names a setting decides it", () => {
  const lines = parseQuirkFile(`
{"when":{"model":"HP Compaq 8200*"},"set":{"blockSize":512},"because":"this model"}
{"when":{"make":"Hewlett-Packard"},"set":{"blockSize":1024,"tftpOptions":false},"because":"all of them"}`);
  assert.deepEqual(settingsOf(appliedQuirks(machine, { chosen: {}, learned: nothing, lines })), { blockSize: 512, tftpOptions: false });
});

test("a line that makes no sense is refused with its number", () => {
  for (const line of [
    '{"when":{},"set":{"blockSize":512},"because":"x"}',
    '{"when":{"make":"x"},"set":{},"because":"x"}',
    '{"when":{"make":"x"},"set":{"blocksize":512},"because":"x"}',
    '{"when":{"make":"x"},"set":{"localBoot":["exit-0","exit-0"]},"because":"x"}',
    '{"when":{"oui":"001a4b"},"set":{"blockSize":512},"because":"x"}',
    "not json",
  ])
    assert.throws(() => parseQuirkFile(`# remark\n${line}`), /quirk file, line 2/);
});

test("the quirk file that comes with Muster can be read", () => {
  for (const { when, set, because } of quirkFile())
    assert.ok(Object.keys(when).length > 0 && Object.keys(set).length > 0 && because !== "");
});

test("servers that take success for the end of booting never get that exit code", () => {
  for (const [make, model] of [
    ["Dell Inc.", "PowerEdge R730"],
    ["Lenovo", "ThinkSystem SR650 -[7X06CTO1WW]-"],
  ] as const) {
    const known = { mac: machine.mac, make, model, firmware: "uefi" } as const;
    assert.deepEqual(settingsOf(appliedQuirks(known, { chosen: {}, learned: nothing, lines: quirkFile() })), { localBoot: ["exit-1"] });
  }
});
