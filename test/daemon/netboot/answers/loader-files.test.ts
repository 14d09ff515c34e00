/** Files that iPXE and GRUB request by fixed names, through the real desk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BootScript } from "../../../../daemon/netboot/answers/boot-script.ts";
import { Discovery } from "../../../../daemon/netboot/answers/discovery.ts";
import { InstallerFiles } from "../../../../daemon/netboot/answers/installer-files.ts";
import { LoaderFiles } from "../../../../daemon/netboot/answers/loader-files.ts";
import { EventLimit } from "../../../../daemon/netboot/event-limit.ts";
import { lintScript } from "../../../../daemon/netboot/scripts/lint.ts";
import { contentAt } from "../../../support/content.ts";
import { quirkBookOf } from "../../../support/netboot/quirk-book.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const bootUrl = "http://10.0.0.2:8080";
const later = new Date(Date.now() + 3_600_000).toISOString();

function bench() {
  const world = openWorld();
  const content = contentAt(bootUrl, "http://10.0.0.2:8000");
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
  const loaders = new LoaderFiles(bootUrl);
  const get = (url: string) => {
    const { pathname, searchParams } = new URL(url, "http://boot");
    const request = { method: "GET", path: pathname, query: searchParams, remoteAddress: "10.0.0.9", userAgent: "" } as const;
    return loaders.respond(request, (asked) => desk.respond(asked));
  };
  return { world, loaders, get };
}

for (const name of ["autoexec.ipxe", "/autoexec.ipxe", "/assets/ipxe/autoexec.ipxe"])
  test(`iPXE that asks for ${name} is sent on to its own script`, () => {
    const text = bench().loaders.file(name) ?? assert.fail("no such file");
    assert.deepEqual(lintScript(text), []);
    assert.match(text, /^chain .*http:\/\/10\.0\.0\.2:8080\/boot\.ipxe /m);
  });

for (const name of ["/grub/grub.cfg", "grub/i386-efi/grub.cfg", "/assets/ipxe/grub/grub.cfg"])
  test(`GRUB that asks for ${name} learns where to ask`, () => {
    assert.match(bench().loaders.file(name) ?? "", /boot\.grub\?mac=/);
  });

test("any other name is left to the file server", () => {
  const { loaders, get } = bench();
  for (const name of ["grub.cfg", "x/autoexec.ipxe", "autoexec.ipxe.txt", "grub/x/grub.cfg"])
    assert.equal(loaders.file(name), undefined, name);
  assert.equal(get("/boot.ipxe?mac=52:54:00:00:00:01"), undefined);
});

test("an armed 64-bit machine under 32-bit UEFI is handed the installer through GRUB, and it is counted as handed out", () => {
  const { world, get } = bench();
  const node = addNode(world, { phase: "armed", profile: "preseed", until: later });
  const said = get(`/boot.grub?mac=${node.macs[0]}&platform=efi&arch=i386&cpu=x86-64&waited=0`);
  assert.match(said?.body ?? "", /^ *if linux \(http,10\.0\.0\.2:8080\)\/assets\/debian-installer/m);
  const now = world.nodes.findById(node.id);
  assert.equal(now?.state.phase, "installing");
  assert.partialDeepStrictEqual(now?.facts, { firmware: "uefi", firmwareBits: 32, cpuArch: "x86-64" });
});

test("the image is not for 32-bit UEFI: it brings the boot loader of 64 bits", () => {
  const { world, get } = bench();
  const node = addNode(world, { phase: "armed", profile: "image", until: later });
  const said = get(`/boot.grub?mac=${node.macs[0]}&platform=efi&arch=i386&cpu=x86-64`);
  assert.match(said?.body ?? "", /chainloader/);
  const state = world.nodes.findById(node.id)?.state;
  assert(state?.phase === "install-failed");
  assert.match(state.reason, /32-bit UEFI.*--profile preseed/);
});

test("a machine with an ARM processor is refused both installers, with the reason", () => {
  const { world, get } = bench();
  for (const profile of ["image", "preseed"] as const) {
    const node = addNode(world, { phase: "armed", profile, until: later });
    get(`/boot.grub?mac=${node.macs[0]}&platform=efi&arch=arm64`);
    const state = world.nodes.findById(node.id)?.state;
    assert(state?.phase === "install-failed");
    assert.match(state.reason, /arm64/);
  }
});

test("a request that the desk refuses is refused to GRUB as well", () => {
  assert.equal(bench().get("/boot.grub?mac=nonsense")?.status, 400);
});
