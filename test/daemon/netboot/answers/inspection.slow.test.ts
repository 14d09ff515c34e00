/** Hardware facts from iPXE's query and an installer's report reach the node through the real desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Facts, type Node } from "../../../../daemon/contract/machines/node.ts";
import { BootScript } from "../../../../daemon/netboot/answers/boot-script.ts";
import { Discovery } from "../../../../daemon/netboot/answers/discovery.ts";
import { factsSummary, inspected } from "../../../../daemon/netboot/answers/inspection.ts";
import { InstallerFiles } from "../../../../daemon/netboot/answers/installer-files.ts";
import { EventLimit } from "../../../../daemon/netboot/event-limit.ts";
import { contentAt } from "../../../support/content.ts";
import { quirkBookOf } from "../../../support/netboot/quirk-book.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const later = new Date(Date.now() + 3_600_000).toISOString();

function bench() {
  const world = openWorld();
  const content = contentAt("http://10.0.0.2:8080", "http://10.0.0.2:8000");
  const installs = new InstallerFiles({ ...world, content, checkSender: () => "unchecked", eventLimit: new EventLimit() });
  const desk = new BootScript({
    checkSender: () => "unchecked",
    eventLimit: new EventLimit(),
    ...world,
    content,
    installs,
    quirkBook: quirkBookOf(world),
    discovery: new Discovery(world.db, world.nodes, world.registry),
  });
  const get = (url: string, method: "GET" | "HEAD" = "GET") => {
    const { pathname, searchParams } = new URL(url, "http://boot");
    return desk.respond({ method, path: pathname, query: searchParams, remoteAddress: "10.0.0.9", userAgent: "" });
  };
  const armed = (): Node => addNode(world, { phase: "armed", profile: "image", until: later });
  const now = ({ id }: Node) => world.nodes.findById(id) ?? assert.fail("the node is gone");
  const types = ({ id }: Node) => world.events.ofNode(id, 0, 100).map(({ type }) => type);
  return { get, armed, now, types };
}

test("an armed machine that says at its boot that it has no long mode is refused the installer, with the reason everywhere", () => {
  const { get, armed, now, types } = bench();
  const node = armed();
  const { body } = get(`/boot.ipxe?mac=${node.macs[0]}&platform=pcbios&arch=i386&cpu=i686`);
  assert.doesNotMatch(body, /^kernel/m);
  assert.match(body, /this CPU is 32-bit/);
  const { state, facts } = now(node);
  assert(state.phase === "install-failed");
  assert.match(state.reason, /this CPU is 32-bit; Debian 13 has no installer/);
  assert.equal(facts.cpuArch, "i686");
  assert.deepEqual(types(node), ["node.discovered", "install.failed"]);
});

for (const [said, cpuArch] of [
  ["arch=i386&cpu=x86-64", "x86-64"],
  ["arch=x86_64&cpu=unknown", "x86-64"],
  ["arch=i386&cpu=unknown", undefined],
  ["arch=i386&cpu=$%7Bcpu%7D", undefined],
  ["arch=i386", undefined],
  ["arch=__proto__&platform=efi", undefined],
] as const)
  test(`a machine that says ${said} is given the installer`, () => {
    const { get, armed, now } = bench();
    const node = armed();
    assert.match(get(`/boot.ipxe?mac=${node.macs[0]}&${said}`).body, /^kernel /m);
    assert.equal(now(node).facts.cpuArch, cpuArch);
  });

test("a 64-bit machine under 32-bit UEFI is known for what it is", () => {
  const { get, armed, now } = bench();
  const node = armed();
  get(`/boot.ipxe?mac=${node.macs[0]}&platform=efi&arch=i386&cpu=x86-64`);
  assert.deepEqual(now(node).facts, { firmware: "uefi", firmwareBits: 32, arch: "i386", cpuArch: "x86-64" });
});

test("an installer's facts are merged into the node and recorded on its timeline, only with its key and only in this phase", () => {
  const { get, armed, now, types } = bench();
  const node = armed();
  const key = /muster\.key=([0-9a-f]{32})/.exec(get(`/boot.ipxe?mac=${node.macs[0]}&serial=FROM-IPXE&asset=A1`).body)?.[1] ?? "";
  assert.match(get(`/preseed/${key}/facts.sh`).body, /muster_facts\(\)/);
  const query = "facts=1&cpu=Xeon&cpus=4&serial=FROM-LINUX&disk=sda%0976773168%091%09S1%09&nic=eth0%0900%3A1e%3Ac9%3A00%3A00%3A01%09";
  assert.equal(get(`/progress/${key}/facts?${query}`, "HEAD").status, 200);
  assert.equal(now(node).facts.cpu, undefined, "a HEAD changes nothing");
  assert.equal(get(`/progress/${key}/facts?${query}`).status, 200);
  assert.partialDeepStrictEqual(now(node).facts, { cpu: "Xeon", cpus: 4, serial: "FROM-LINUX", asset: "A1", disks: [{ name: "sda" }] });
  assert.deepEqual(types(node).slice(-1), ["install.facts"]);
  assert(now(node).state.phase === "installing");
  assert.equal(get(`/progress/${"0".repeat(32)}/facts?${query}`).status, 410);
});

test("facts that do not fit are left out and the rest counts", () => {
  const query = new URLSearchParams({
    cpu: "Xeon\u0007",
    cpus: "-4",
    memoryMb: "1e9",
    firmware: "coreboot",
    firmwareBits: "48",
    cpuArch: "mips",
  });
  assert.deepEqual(inspected(query), { cpu: "Xeon", disks: [], nics: [] });
  const facts = { cpus: 2, cpu: "Xeon", memoryMb: 4096, disks: [{ name: "sda", sizeGb: 1 }], nics: [] };
  assert.equal(factsSummary(facts), "hardware reported: 2 × Xeon, 4096 MB, 1 disk, 0 network cards");
});

test("one network card or disk that does not fit does not hide the others", () => {
  const query = new URLSearchParams([
    ["nic", "eth0\t00:1e:c9:00:00:01\tigb"],
    ["nic", "ib0\t80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0e:9a:a1\tib_ipoib"],
    ["nic", "wwan0\t\tqmi_wwan"],
    ["nic", "eth1\t00:1e:c9:00:00:02\tigb"],
    ["disk", "sda\t976773168\t1\tS1\t"],
    ["disk", `${"x".repeat(150)}\t976773168`],
  ]);
  const { nics, disks } = inspected(query);
  assert.deepEqual(
    nics?.map(({ name }) => name),
    ["eth0", "eth1"],
  );
  assert.deepEqual(
    disks?.map(({ name }) => name),
    ["sda"],
  );
});

test("whatever a machine sends, what comes of it is facts", () => {
  const names = ["cpu", "cpus", "cpuArch", "memoryMb", "firmwareBits", "disk", "disk", "nic", "__proto__", "uuid"];
  const pairs = fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(fc.string({ unit: "binary" }), fc.nat().map(String))), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(pairs, (sent) => {
      const facts = inspected(new URLSearchParams(sent));
      assert.deepEqual(Facts.parse(facts), facts);
      assert.ok(!/\p{Cc}/u.test(Object.values(facts).join()));
    }),
  );
});
