/** Firmware that the quicker group leaves out: 32-bit UEFI with GRUB, UEFI HTTP boot, 64-bit ARM. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cannotRun, type MachineOptions, startMachine } from "../../scripts/lab/machine.ts";
import { noNetwork } from "../../scripts/lab/network.ts";
import { count, happened, startTestLab, type TestLab } from "../support/lab.ts";

describe("firmware other than x86-64 PXE", { skip: noNetwork }, () => {
  let lab: TestLab;
  before(async () => {
    lab = await startTestLab("full");
  });
  after(() => lab?.stop());
  const start = (options: Pick<MachineOptions, "name" | "mac" | "firmware" | "uefiBoot">) =>
    startMachine(lab.network, {
      folder: lab.folder,
      roms: lab.assets.roms,
      // In system management mode, the processors of this firmware wait for each other. Under emulation that takes minutes.
      ...(options.firmware === "uefi-ia32" && { cpus: 1 }),
      ...options,
    });

  test("32-bit UEFI on a 64-bit processor loads GRUB, waits, and runs the Debian installer's amd64 kernel", {
    skip: cannotRun("uefi-ia32"),
  }, async (t) => {
    const mac = "52:54:00:4d:06:01";
    const machine = start({ name: "ia32", mac, firmware: "uefi-ia32" });
    t.after(() => machine.stop());
    const waiting = await lab.until(mac, "waiting", 150, happened("boot.wait"));
    assert(happened("tftp.complete", /grubia32\.efi/)(undefined, waiting));
    assert(!waiting.some(({ summary }) => /snponly|ipxe\.efi/.test(summary)), "nothing of 64 bits was sent");
    await machine.waitForSerial(/Muster: this machine is /, 30_000);
    await lab.api.acceptNode({ node: mac, name: "ia32-1" });
    await lab.api.armNode({ node: mac, profile: "preseed" });
    const loading = await lab.until(mac, "given the initrd", 300, happened("http.asset", /initrd\.gz/));
    assert.equal(count(loading, "install.handed-out"), 1);
    assert.partialDeepStrictEqual((await lab.api.getNode({ node: mac })).facts, { firmware: "uefi", firmwareBits: 32, cpuArch: "x86-64" });
    await machine.waitForSerial(/Linux version /, 120_000);
  });

  test("32-bit UEFI that boots over HTTP fetches GRUB and GRUB's configuration without TFTP", {
    skip: cannotRun("uefi-ia32"),
  }, async (t) => {
    const mac = "52:54:00:4d:0f:0f";
    const machine = start({ name: "ia32-http", mac, firmware: "uefi-ia32", uefiBoot: "http" });
    t.after(() => machine.stop());
    const waiting = await lab.until(mac, "waiting", 300, happened("boot.wait"));
    assert(happened("http.asset", /grubia32\.efi/)(undefined, waiting));
    assert(!waiting.some(({ type }) => type.startsWith("tftp")), "TFTP was not needed");
  });

  test("a 32-bit UEFI machine that is not to be installed looks for the boot loader of its disk", {
    skip: cannotRun("uefi-ia32"),
  }, async (t) => {
    const mac = "52:54:00:4d:06:02";
    await lab.api.addNode({ mac, name: "ia32-2" });
    await lab.api.retireNode({ node: "ia32-2", confirm: "ia32-2" });
    const machine = start({ name: "ia32-2", mac, firmware: "uefi-ia32" });
    t.after(() => machine.stop());
    await lab.until(mac, "sent to its disk", 150, happened("boot.local"));
    await machine.waitForSerial(/No disk of this machine has a boot loader for 32-bit UEFI/, 60_000);
  });

  test("64-bit ARM gets iPXE of its own, and armed it is refused by the name of its processor", {
    skip: cannotRun("uefi-arm64"),
  }, async (t) => {
    const mac = "52:54:00:4d:0b:01";
    await lab.api.addNode({ mac, name: "arm" });
    await lab.api.armNode({ node: "arm" });
    const machine = start({ name: "arm", mac, firmware: "uefi-arm64" });
    t.after(() => machine.stop());
    await assert.rejects(lab.until(mac, "refused", 240, happened("never")), /install-failed: this machine's processor is arm64/);
    const timeline = await lab.api.nodeEvents({ node: mac });
    assert(happened("tftp.complete", /ipxe-arm64\.efi/)(undefined, timeline));
    assert.equal(count(timeline, "install.handed-out"), 0);
  });

  test("UEFI HTTP boot fetches iPXE, the kernel and the initrd without TFTP", { skip: cannotRun("uefi") }, async (t) => {
    const mac = "52:54:00:4d:10:10";
    await lab.api.addNode({ mac, name: "http" });
    await lab.api.armNode({ node: "http" });
    const machine = start({ name: "http", mac, firmware: "uefi", uefiBoot: "http" });
    t.after(() => machine.stop());
    const timeline = await lab.until(mac, "given the initrd", 240, happened("http.asset", /initrd\.img/));
    assert(happened("http.asset", /snponly\.efi/)(undefined, timeline));
    assert(!timeline.some(({ type }) => type.startsWith("tftp")), "TFTP was not needed");
    assert.equal(count(timeline, "install.handed-out"), 1);
  });
});
