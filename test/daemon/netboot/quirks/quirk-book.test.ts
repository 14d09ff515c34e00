/** Events of a machine change its next boot, and are remembered in the database. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WireEvent } from "../../../../pxe/boot-source.ts";
import { quirkBookOf } from "../../../support/netboot/quirk-book.ts";
import { addNode, openWorld } from "../../../support/world.ts";

const MINUTE = 60_000;
const line = { when: { make: "Dell*" }, set: { blockSize: 1024 }, because: "all of them" };

function fleet(options: Parameters<typeof quirkBookOf>[1] = {}) {
  const world = openWorld();
  const node = addNode(world, { phase: "ready", since: "2026-01-01T00:00:00.000Z" }, "n1");
  const mac = node.macs[0] ?? "";
  const clock = { now: 0 };
  return { world, node, mac, clock, book: quirkBookOf(world, { now: () => clock.now, ...options }) };
}

const tftp = (end: string, detail: object): WireEvent => ({
  type: `tftp.${end}`,
  summary: "",
  detail: { file: "snponly.efi", blockSize: 1468, options: true, ...detail },
});

test("a machine whose large blocks get no answer is sent smaller ones, and remembered by what worked", () => {
  const { world, node, mac, book } = fleet();
  for (let n = 0; n < 2; n++) book.observe(mac, tftp("gave-up", { bytes: 0, heard: true }));
  assert.deepEqual(book.tftp(mac), { maxBlockSize: 1428 });
  book.observe(mac, tftp("complete", { blockSize: 1428, bytes: 200_000 }));
  assert.deepEqual(world.quirks.find(mac).learned.quirks, { blockSize: 1428 });
  assert.match(
    world.events.ofNode(node.id, 0, 10).at(-1)?.summary ?? "",
    /learned how to boot it: TFTP blocks of 1468 bytes got no answer, but 1428 bytes did/,
  );
  assert.deepEqual(quirkBookOf(world).tftp(mac), { maxBlockSize: 1428 }, "another process knows it too");
});

test("the file's line counts as soon as the make is known, the operator's word more", () => {
  const { world, node, mac, book } = fleet({ lines: [line] });
  assert.deepEqual(book.tftp(mac), {});
  world.registry.update(node.id, (was) => ({
    node: { ...was, facts: { manufacturer: "Dell Inc." } },
    event: { source: "netboot", type: "install.facts", summary: "" },
  }));
  assert.deepEqual(book.tftp(mac), { maxBlockSize: 1024 });
  world.quirks.choose(mac, { blockSize: 512, tftpOptions: false });
  assert.deepEqual(book.tftp(mac), { maxBlockSize: 512, ignoreOptions: true });
});

test("a loader that never asks for its script gives way to the other one, if that is served", () => {
  const { world, mac, book } = fleet();
  for (let boot = 0; boot < 4; boot++) {
    assert.equal(book.bootFile({ mac, arch: 7 }), undefined);
    book.observe(mac, tftp("complete", { bytes: 200_000 }));
  }
  assert.equal(book.bootFile({ mac, arch: 7 }), "ipxe.efi");
  assert.equal(book.bootFile({ mac, arch: 0 }), "ipxe.pxe");
  assert.equal(book.bootFile({ mac, arch: 11 }), undefined, "where there is one file there is no choice");
  book.observe(mac, { type: "http.asset", summary: "", detail: { file: "ipxe/ipxe.efi" } });
  book.cameForScript(mac);
  assert.deepEqual(world.quirks.find(mac).learned.quirks, { loader: "ipxe" });
  assert.equal(quirkBookOf(world).bootFile({ mac, arch: 7 }), "ipxe.efi");
  assert.equal(quirkBookOf(world, { hasBootFile: () => false }).bootFile({ mac, arch: 7 }), undefined);
});

const system: WireEvent = { type: "dhcp.request", summary: "", detail: { stage: "operating-system", answer: "none" } };

test("a machine that comes straight back from its disk gets another way, which stays when its system came up", () => {
  const { world, mac, clock, book } = fleet();
  const told = [0, 2, 4].map((minutes) => {
    clock.now = minutes * MINUTE;
    return book.localBoot(mac, "uefi");
  });
  assert.deepEqual(told, ["exit-1", "exit-1", "exit-0"]);
  book.observe(mac, system);
  assert.deepEqual(world.quirks.find(mac).learned.quirks, { localBoot: ["exit-0", "exit-1"] });
  clock.now += 60 * MINUTE;
  assert.equal(book.localBoot(mac, "uefi"), "exit-0");
});

test("an installer's own DHCP is no sign that the disk was booted", () => {
  const { world, mac, clock, book } = fleet();
  for (const minutes of [0, 2, 4]) {
    clock.now = minutes * MINUTE;
    book.localBoot(mac, "uefi");
  }
  book.bootsFromNetwork(mac);
  book.observe(mac, system);
  assert.deepEqual(world.quirks.find(mac).learned.quirks, {});
});

test("a vendor class matches from the packet that says it on", () => {
  const { mac, book } = fleet({
    lines: [{ when: { vendorClass: "PXEClient:*:UNDI:002001" }, set: { tftpOptions: false }, because: "old ROM" }],
  });
  assert.deepEqual(book.tftp(mac), {});
  book.bootFile({ mac, arch: 0, vendorClass: "PXEClient:Arch:00000:UNDI:002001" });
  assert.deepEqual(book.tftp(mac), { ignoreOptions: true });
});
