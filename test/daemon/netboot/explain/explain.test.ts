import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { showBootError, showExplanation } from "../../../../daemon/cli/netboot/show-explanation.ts";
import { parseConfig } from "../../../../daemon/config/config.ts";
import { bootErrors, findBootError } from "../../../../daemon/contract/netboot/boot-errors.ts";
import { Explanation } from "../../../../daemon/contract/netboot/explanation.ts";
import { type ExplainRequest, explainMachine } from "../../../../daemon/netboot/explain/explain.ts";
import { contentAt } from "../../../support/content.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const network = { address: "10.0.0.2", netmask: "255.255.255.0" };
const stranger = "52:54:00:12:34:56";

function fleet(t: TestContext, mode: "off" | "proxy" | "full") {
  const folder = mkdtempSync(join(tmpdir(), "muster-explain-"));
  mkdirSync(join(folder, "ipxe"));
  for (const name of ["undionly.kpxe", "snponly.efi"]) writeFileSync(join(folder, "ipxe", name), "MZ");
  const world = openWorld();
  t.after(() => {
    world.db.close();
    rmSync(folder, { recursive: true });
  });
  const range = mode === "full" ? ", range: {from: 10.0.0.10, to: 10.0.0.20}" : "";
  const config = parseConfig(mode === "off" ? "{}" : `netboot: {interface: lo, dhcp: ${mode}${range}}`, "test").netboot;
  const content = contentAt("http://10.0.0.2:8080", "http://10.0.0.2:8000");
  const explain = (mac: string, asked: ExplainRequest) =>
    Explanation.parse(explainMachine(mac, asked, { ...world, config, network, content, assets: folder }));
  return { world, explain };
}

const outcome = ({ dhcp }: Explanation, name: string) => dhcp.rules.find(({ rule }) => rule === name)?.outcome;

test("a machine never seen is explained rule by rule, and nothing is remembered of having asked", (t) => {
  const { world, explain } = fleet(t, "proxy");
  const said = explain(stranger, { arch: 7 });
  assert.equal(said.node, undefined);
  assert.equal(said.last, undefined);
  assert.deepEqual(said.seen, ["no packet of a network boot was ever seen from it"]);
  assert.deepEqual(
    said.dhcp.rules.map(({ rule, outcome: came }) => [rule, came]),
    [
      ["message", "a client's message"],
      ["boot stage", "uefi-rom"],
      ["architecture", "x86-64 UEFI"],
      ["machine", "never seen: it would become discovered"],
      ["mode", "names the boot file, and hands out no address"],
      ["boot file", "snponly.efi"],
      ["option 43", "left out: EDK2 before 2017 discards a ProxyDHCP offer with this option"],
      ["answer", "ProxyDHCP offer of snponly.efi, to 255.255.255.255"],
    ],
  );
  assert.equal(said.script.action, "wait");
  assert.match(said.script.text, /^#!ipxe/);
  assert.equal(world.nodes.list().length, 0);
});

test("a made-up packet says the architecture, class and mode it was asked to say", (t) => {
  const { explain } = fleet(t, "proxy");
  assert.equal(outcome(explain(stranger, { arch: 0 }), "boot file"), "undionly.kpxe");
  assert.equal(outcome(explain(stranger, { arch: 7, userClass: "iPXE" }), "boot file"), "http://10.0.0.2:8080/boot.ipxe");
  assert.match(outcome(explain(stranger, { arch: 10 }), "boot file") ?? "", /no boot file runs on 32-bit ARM UEFI/);
  assert.match(outcome(explain(stranger, { arch: 11 }), "boot file") ?? "", /ipxe-arm64\.efi .* is not among the assets/);
  assert.match(explain(stranger, { arch: 7, mode: "full" }).dhcp.answer, /^offer of 10\.0\.0\.\d+, boot file snponly\.efi/);
  assert.equal(explain(stranger, { arch: 7, mode: "off" }).dhcp.answer, "nothing: DHCP is off");
});

test("the journal of the last real packet is reported with its outcome", (t) => {
  const { world, explain } = fleet(t, "proxy");
  const node = addNode(world, { phase: "accepted" });
  const journal = ["proxy mode: discover from x", "uefi-rom: boot file snponly.efi"];
  for (const seconds of [0, 4, 12])
    world.events.append(
      {
        source: "netboot",
        type: "dhcp.discover",
        summary: "DHCP discover: ProxyDHCP offer of snponly.efi",
        nodeId: node.id,
        detail: { stage: "uefi-rom", answer: "offer", bootFile: "snponly.efi", journal },
      },
      new Date(Date.now() - 60_000 + seconds * 1000),
    );
  const said = explain(node.macs[0] ?? "", { arch: 7 });
  assert.deepEqual(said.last?.journal, journal);
  assert.match(said.diagnosis?.finding ?? "", /does not merge two servers' offers/);
  const text = showExplanation(said);
  for (const part of [
    /no TFTP request seen/,
    /It ends there/,
    /next-server, and option 66/,
    /boot stage .* → uefi-rom/,
    /Its script: wait/,
  ])
    assert.match(text, part);
  const e16 = findBootError("e16");
  assert(e16);
  assert.match(showBootError(e16, said), /No valid offer received[\s\S]*our offer of snponly\.efi sent 3 times[\s\S]*option 67/);
});

test("an armed machine's script is shown without a key that opens anything", (t) => {
  const { world, explain } = fleet(t, "full");
  const node = addNode(world, { phase: "armed", profile: "image", until: new Date(Date.now() + 60_000).toISOString() });
  const said = explain(node.macs[0] ?? "", { arch: 7 });
  assert.equal(said.script.action, "install");
  assert.match(said.script.text, /0{32}/);
  assert.equal(world.nodes.findById(node.id)?.state.phase, "armed");
});

test("every code of a screen is found however it is written, and each is explained once with a next step", () => {
  for (const { code, says, means, next } of bootErrors) {
    for (const written of [code, code.toLowerCase(), code.replace("PXE-", "")]) assert.equal(findBootError(written)?.code, code);
    for (const text of [says, means, next]) assert.ok(text.length > 5, code);
  }
  assert.equal(new Set(bootErrors.map(({ code }) => code)).size, bootErrors.length);
  assert.equal(findBootError("PXE-E00F"), undefined);
  for (const code of ["E16", "E18", "E32", "E51", "E52", "E53", "E55", "E61"]) assert.ok(findBootError(code), code);
});
