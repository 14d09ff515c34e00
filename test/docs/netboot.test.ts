/** The tables of docs/netboot.md match the data. MUSTER_WRITE_DOCS=1 rewrites them. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bootErrors } from "../../daemon/contract/netboot/boot-errors.ts";
import { architectureTitle, bootFileFor, isKnownArchitecture } from "../../pxe/dhcp/decision/firmware.ts";

const page = join(import.meta.dirname, "../../docs/netboot.md");

function firmwareTable(): string[] {
  const rows = [...Array(256).keys()].filter(isKnownArchitecture).map((arch) => {
    const file = bootFileFor(arch, arch === 0 ? "bios-rom" : "uefi-rom", undefined, () => true);
    return `| ${arch} | ${architectureTitle(arch)} | ${file.kind === "file" ? `\`${file.name}\`` : "refused"} |`;
  });
  return ["| 93 | firmware | gets |", "|---|---|---|", ...rows, "| others | | refused |"];
}

const errorTable = () => [
  "| code | says | means | next |",
  "|---|---|---|---|",
  ...bootErrors.map(({ code, says, means, next }) => `| ${code} | ${says} | ${means} | ${next} |`),
];

for (const [name, table] of [
  ["firmware", firmwareTable()],
  ["errors", errorTable()],
] as const)
  test(`the table of ${name} in docs/netboot.md is the data's`, () => {
    const text = readFileSync(page, "utf8");
    const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end);
    assert.ok(from >= begin.length && to >= from, "the page marks where the table is");
    const wanted = `${table.join("\n")}\n`;
    if (process.env.MUSTER_WRITE_DOCS) writeFileSync(page, text.slice(0, from) + wanted + text.slice(to));
    else assert.equal(text.slice(from, to), wanted, "run this test with MUSTER_WRITE_DOCS=1");
  });

test("docs/netboot.md explains what the machine's own screens say", () => {
  const text = readFileSync(page, "utf8").toLowerCase();
  for (const shown of [
    "pxe-e51",
    "pxe-e53",
    "pxe-e32",
    "pxe-e16",
    "no bootable device",
    "waiting to be accepted",
    "waiting to be armed",
    "ipxe.org/",
  ])
    assert.ok(text.includes(shown), shown);
});
