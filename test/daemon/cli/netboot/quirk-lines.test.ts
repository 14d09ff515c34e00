/** The quirk file can read the output of `muster quirks export`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { quirkLines, showQuirks } from "../../../../daemon/cli/netboot/show-quirks.ts";
import type { AppliedQuirk, MachineQuirks } from "../../../../daemon/contract/netboot/quirk.ts";
import { parseQuirkFile } from "../../../../daemon/netboot/quirks/quirk-file.ts";
import { quirkMatches } from "../../../../daemon/netboot/quirks/quirks.ts";

const small: AppliedQuirk = { name: "blockSize", value: 512, source: "learned", because: "1468-byte blocks got no answer, 512 did" };
const dell = (mac: string, ...quirks: AppliedQuirk[]): MachineQuirks => ({
  mac,
  node: "rack1-n1",
  make: "Dell Inc.",
  model: "OptiPlex 780",
  firmware: "bios",
  quirks,
});

test("a line contains make, model, the learned quirk and its reason, and nothing that identifies the machine", () => {
  const machine = dell("52:54:00:12:34:56", small, { name: "loader", value: "ipxe", source: "chosen", because: "set by the operator" });
  assert.deepEqual(quirkLines([machine]), [
    { when: { make: "Dell Inc.", model: "OptiPlex 780", firmware: "bios" }, set: { blockSize: 512 }, because: small.because },
  ]);
  assert.doesNotMatch(JSON.stringify(quirkLines([machine])), /rack1|12:34:56/);
});

test("ten machines of one model yield one line, which matches each of them", () => {
  const machines = [1, 2, 3].map((n) => dell(`52:54:00:00:00:0${n}`, small));
  const text = quirkLines(machines)
    .map((line) => JSON.stringify(line))
    .join("\n");
  const lines = parseQuirkFile(text);
  assert.equal(lines.length, 1);
  for (const machine of machines) assert.ok(quirkMatches(machine, lines[0]!.when));
});

test("without a make, the maker of the network card is used", () => {
  const stranger: MachineQuirks = { mac: "00:1a:4b:00:00:01", quirks: [{ ...small, name: "localBoot", value: ["exit-0", "exit-1"] }] };
  assert.deepEqual(quirkLines([stranger])[0]?.when, { oui: "00:1a:4b" });
  assert.deepEqual(quirkLines([stranger])[0]?.set, { localBoot: ["exit-0", "exit-1"] });
});

test("chosen quirks and quirks of the file are not exported", () => {
  assert.deepEqual(quirkLines([dell("52:54:00:00:00:01", { ...small, source: "file" }, { ...small, source: "chosen" })]), []);
});

test("the list shows each quirk with its source and reason", () => {
  const text = showQuirks([dell("52:54:00:00:00:01", small, { name: "tftpOptions", value: false, source: "file", because: "x" })]);
  assert.match(text, /rack1-n1 +Dell Inc\. OptiPlex 780 +TFTP blocks of 512 bytes at most +learned +1468-byte blocks/);
  assert.match(text, /no TFTP options +file/);
  assert.match(showQuirks([]), /usual settings/);
});
