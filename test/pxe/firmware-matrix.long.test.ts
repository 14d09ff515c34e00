/**
 * Rows A to L: how real firmware reacts to each kind of answer, from Muster and from other servers, and how
 * far it boots.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultCache, type LabAssets, prepareAssets } from "../../scripts/lab/assets.ts";
import { startLanDhcp } from "../../scripts/lab/lan.ts";
import { noQemu, startMachine } from "../../scripts/lab/machine.ts";
import { createNetwork, noNetwork } from "../../scripts/lab/network.ts";
import type { Bend, Happening } from "../support/dhcp/bent-server.ts";

interface Row {
  row: string;
  says: string;
  /** x86-64 UEFI without its own iPXE, UEFI HTTP boot, or a BIOS machine whose network card has iPXE. */
  machine: "uefi-pxe" | "uefi-http" | "bios-ipxe";
  bend: Omit<Bend, "address" | "assets">;
  /** The last event on the wire that must appear. The event `never` must not appear. */
  comes: (happening: Happening) => boolean;
  never?: (happening: Happening) => boolean;
  /** An event that must have appeared before. */
  through?: (happening: Happening) => boolean;
  screen?: RegExp;
}

const script = ({ what, of }: Happening) => what === "http" && of === "/boot.ipxe";
const loader = ({ what, of }: Happening) => what === "tftp" && of === "snponly.efi";
const answered4011 = ({ what, summary }: Happening) => what === "4011" && !summary.startsWith("silent");
const asked4011 = ({ what, summary }: Happening) => what === "4011" && summary.startsWith("silent");

const rows: Row[] = [
  {
    row: "A",
    says: "full, neither 60 nor 43: boots",
    machine: "uefi-pxe",
    bend: { mode: "full", bootServer: true, change: "without 60" },
    comes: script,
  },
  {
    row: "B",
    says: "full, 60 alone, 4011 silent: gives up there",
    machine: "uefi-pxe",
    bend: { mode: "full", bootServer: false },
    comes: asked4011,
    never: loader,
    screen: /PXE-E16/,
  },
  { row: "C", says: "full, 60, 4011 answers (ours): boots", machine: "uefi-pxe", bend: { mode: "full", bootServer: true }, comes: script },
  {
    row: "D",
    says: "full, 60 and 43.6=8, 4011 silent: boots",
    machine: "uefi-pxe",
    bend: { mode: "full", bootServer: false, change: "with 43.6=8" },
    comes: script,
    never: ({ what, of }) => what === "4011" && of === "uefi-rom",
  },
  {
    row: "E",
    says: "proxy, 60, 4011 answers (ours): boots",
    machine: "uefi-pxe",
    bend: { mode: "proxy", bootServer: true },
    comes: script,
    through: answered4011,
  },
  {
    row: "F",
    says: "proxy, 60 and 43.6=8, 4011 silent: boots since EDK2 of 2017",
    machine: "uefi-pxe",
    bend: { mode: "proxy", bootServer: false, change: "with 43.6=8" },
    comes: script,
  },
  {
    row: "G",
    says: "proxy, 60 alone, 4011 silent: gives up there",
    machine: "uefi-pxe",
    bend: { mode: "proxy", bootServer: false },
    comes: asked4011,
    never: loader,
    screen: /PXE-E16/,
  },
  {
    row: "H",
    says: "HTTP boot, 60 in kind and a URL (ours): boots",
    machine: "uefi-http",
    bend: { mode: "full", bootServer: true },
    comes: script,
  },
  {
    row: "I",
    says: "HTTP boot without 60: never asks for an address",
    machine: "uefi-http",
    bend: { mode: "full", bootServer: true, change: "without 60" },
    comes: ({ of }) => of === "uefi-http",
    never: ({ what, summary }) => what === "http" || /^ack/i.test(summary),
  },
  {
    row: "J",
    says: "proxy to iPXE without 60: nothing to boot",
    machine: "bios-ipxe",
    bend: { mode: "proxy", bootServer: true, change: "without 60" },
    comes: ({ what }) => what === "dhcp",
    never: script,
    screen: /Nothing to boot|No more network devices/,
  },
  {
    row: "K",
    says: "proxy to iPXE, 60, siaddr and file (ours): boots without 4011",
    machine: "bios-ipxe",
    bend: { mode: "proxy", bootServer: true },
    comes: script,
    never: ({ what }) => what === "4011",
  },
  {
    row: "L",
    says: "proxy to iPXE, 60, no siaddr: asks 4011 and boots",
    machine: "bios-ipxe",
    bend: { mode: "proxy", bootServer: true, change: "without siaddr" },
    comes: script,
    through: answered4011,
  },
];

/** Three times as long as an idle machine needs. */
const LIMIT_MS = 150_000;

describe("the matrix of firmware and servers", { skip: noNetwork || noQemu }, () => {
  let assets: LabAssets;
  before(async () => {
    assets = await prepareAssets(defaultCache, () => undefined);
  });

  for (const { row, says, machine, bend, comes, never, through, screen } of rows)
    test(`${row}: ${says}`, async (t) => {
      const network = createNetwork();
      const folder = mkdtempSync(join(tmpdir(), "muster-row-"));
      t.after(() => {
        network.close();
        rmSync(folder, { recursive: true, force: true });
      });
      if (bend.mode === "proxy") await startLanDhcp(network);
      const happened = await startBent(network, { ...bend, address: network.address, assets: assets.folder });
      const running = startMachine(network, {
        folder,
        name: `row-${row}`,
        mac: `52:54:00:4d:0a:${row.charCodeAt(0).toString(16)}`,
        firmware: machine === "bios-ipxe" ? "bios" : "uefi",
        ...(machine === "uefi-http" && { uefiBoot: "http" as const }),
        roms: assets.roms,
        memoryMb: 512,
      });
      t.after(() => running.stop());
      const story = () => happened.map((each) => JSON.stringify(each)).join("\n");
      for (const deadline = Date.now() + LIMIT_MS; !happened.some(comes); await sleep(200))
        assert.ok(Date.now() < deadline, `it did not come that far:\n${story()}\n${running.serial().slice(-1500)}`);
      if (screen) await running.waitForSerial(screen, LIMIT_MS);
      // Wait long enough for the forbidden event to appear.
      else if (never) await sleep(10_000);
      if (through) assert.ok(happened.some(through), story());
      assert.deepEqual(never ? happened.filter(never) : [], [], story());
    });
});

async function startBent(network: ReturnType<typeof createNetwork>, bend: Bend): Promise<Happening[]> {
  const program = join(import.meta.dirname, "../support/dhcp/bent-server.ts");
  const child = network.spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, JSON.stringify(bend)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert(child.stdout);
  const happened: Happening[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    lines.on("line", (line) => (line === "ready" ? resolve() : happened.push(JSON.parse(line) as Happening)));
  });
  await ready;
  return happened;
}
