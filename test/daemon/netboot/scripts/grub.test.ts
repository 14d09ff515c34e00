/**
 * GRUB's configuration does the same as the iPXE script of the machine, and contains nothing that GRUB would
 * expand or reject.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { grubFromIpxe, grubStart } from "../../../../daemon/netboot/scripts/grub.ts";
import { installScript, localScript, waitScript } from "../../../../daemon/netboot/scripts/scripts.ts";
import { render } from "../../../../daemon/netboot/scripts/templates.ts";

const bootUrl = "http://10.0.0.2:8080";
const mac = "52:54:00:12:34:56";
const key = "0123456789abcdef0123456789abcdef";
const install = (profile: "image" | "preseed", extraInitrd?: string) =>
  grubFromIpxe(installScript({ bootUrl, profile, suite: "trixie", name: "n1", mac, key, domain: "lab", extraInitrd }));
const wait = waitScript({ bootUrl, name: "n1", mac, reason: "waiting to be accepted; it's new", waitedSeconds: 6, limitSeconds: 60 });
const local = localScript({ name: "n1", way: "exit-1", reason: "it is ready" });

test("a machine that waits is shown why, and asks again with the time it has waited", () => {
  const text = grubFromIpxe(wait);
  assert.match(text, /^echo 'Muster: this machine is n1 /m);
  assert.match(text, /waiting to be accepted/);
  assert.match(text, /^set muster_waited=9$/m);
  assert.doesNotMatch(text, /linux|chainloader|exit|boot$/);
});

test("an installer is the same kernel with the same arguments and initrds, but for naming the initrds to the kernel", () => {
  assert.match(
    install("image"),
    /linux \(http,10\.0\.0\.2:8080\)\/assets\/image\/13\/amd64\/vmlinuz muster\.url=http:\/\/10\.0\.0\.2:8080 /,
  );
  const text = install("preseed", "overlay.img");
  const folder = "(http,10.0.0.2:8080)/assets/debian-installer/13/amd64";
  assert.ok(text.includes(`initrd ${folder}/initrd.gz (http,10.0.0.2:8080)/assets/overlay.img; then boot; fi`), text);
  for (const part of [`preseed/${key}/preseed.cfg`, "BOOTIF=01-52-54-00-12-34-56", "console=ttyS0,115200n8", " ---;"])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.doesNotMatch(text, /initrd=/);
});

test("a machine that is to boot its disk loads the boot loader that lies there", () => {
  const text = grubFromIpxe(local);
  assert.match(text, /^echo 'Muster: n1 boots its disk'\necho 'it is ready'$/m);
  assert.match(text, /search .*--file "\$muster_loader"/);
  assert.doesNotMatch(text, /^ *linux /m);
});

test("GRUB asks with its MAC address and what its processor is, and gives up in the end", () => {
  const text = grubStart(bootUrl);
  assert.match(
    text,
    /source "\(http,10\.0\.0\.2:8080\)\/boot\.grub\?mac=\$net_default_mac&waited=\$muster_waited&platform=efi&arch=i386&cpu=/,
  );
  assert.match(text, /xxxxxxxxxx/);
  assert.match(text, /chainloader/);
});

test("GRUB's own parser takes all of it", { skip: existsSync("/usr/bin/grub-script-check") ? false : "needs grub-common" }, () => {
  for (const text of [grubStart(bootUrl), grubFromIpxe(wait), install("image"), install("preseed", "overlay.img"), grubFromIpxe(local)]) {
    const { status, stderr } = spawnSync("grub-script-check", { input: text });
    assert.equal(status, 0, `${stderr}\n${text}`);
  }
});

test("text that could end a quotation is refused, and text that could expand is quoted", () => {
  assert.throws(() => render("echo.grub", { text: "it's" }), /not for GRUB/);
  assert.throws(() => render("echo.grub", { text: "a\nboot" }), /control character/);
  assert.equal(render("echo.grub", { text: "$prefix; boot" }), "echo '$prefix; boot'\n");
});
