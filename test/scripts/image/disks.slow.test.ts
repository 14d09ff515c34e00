/** Muster's own installer, the wiper and the Debian installer choose among the same disks, described in a copy of /sys. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { diskScript } from "../../../daemon/netboot/scripts/installer-answers.ts";

const rules = readFileSync(join(import.meta.dirname, "../../../scripts/image/initrd/lib/disk.sh"), "utf8");
const isRoot = process.getuid?.() === 0;

interface Disk {
  /** The path of the device below /sys/devices. */
  at?: string;
  sectors?: number | string;
  files?: Record<string, string>;
  /** The kernel lists some entries for which it creates no device file. */
  hasNoDevice?: boolean;
}

function machine(t: TestContext, disks: Record<string, Disk>) {
  const folder = mkdtempSync(join(tmpdir(), "muster-disks-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [sys, dev, bin] = [join(folder, "sys"), join(folder, "dev"), join(folder, "bin")];
  for (const each of [join(sys, "block"), dev, bin]) mkdirSync(each, { recursive: true });
  for (const [name, { at = `pci0000:00/ata1/${name}`, sectors = 500_118_192, files = {}, hasNoDevice }] of Object.entries(disks)) {
    const place = join(sys, "devices", at);
    for (const [file, content] of Object.entries({ size: `${sectors}`, removable: "0", ro: "0", ...files })) {
      mkdirSync(dirname(join(place, file)), { recursive: true });
      writeFileSync(join(place, file), `${content}\n`);
    }
    symlinkSync(place, join(sys, "block", name));
    // The number belongs to no driver, so the device cannot be opened.
    if (!hasNoDevice && isRoot) execFileSync("mknod", [join(dev, name), "b", "240", "1"]);
    else if (!hasNoDevice) writeFileSync(join(dev, name), "");
  }
  const env = { PATH: `${bin}:${process.env.PATH}`, sys, dev, disk_wait: "0", log: join(folder, "log") };
  const shell = (script: string) => spawnSync("sh", ["-c", script], { encoding: "utf8", env });
  return {
    dev,
    sys,
    /** The disk that Muster's own installer takes. */
    own: (named = "") => shell(`${rules}\nchoose_disk '${named}'`).stdout.trim().replace(`${dev}/`, ""),
    wiped: () => shell(`${rules}\nall_disks`).stdout.trim().replaceAll(`${dev}/`, "").split("\n").filter(Boolean),
    seen: () => shell(`${rules}\nseen_instead`).stdout,
    /** The disk that the Debian installer gets, or the message to the control node. */
    debian(disk = "") {
      const tool = (name: string, line: string) => writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
      tool("wget", 'echo "$@" >>"$log"');
      tool("debconf-set", 'echo "$1=$2" >>"$log"');
      for (const name of ["sleep", "reboot"]) tool(name, "exit 0");
      // The hook for partman has its place in the installer only.
      const [script] = diskScript({ bootUrl: "http://10.0.0.2:8080", key: "KEY", disk }).split("# This hook");
      shell(`muster_end() { :; }; ${script?.replace("sleep 600", "exit 1")}`);
      const log = existsSync(env.log) ? readFileSync(env.log, "utf8") : "";
      return /^partman-auto\/disk=(.*)$/m.exec(log)?.[1]?.replace(`${dev}/`, "") ?? log;
    },
  };
}

const usb = { at: "pci0000:00/usb2/2-1/host6/sda" };
const cases: [what: string, disks: Record<string, Disk>, chosen: string, erased?: string[]][] = [
  ["NVMe and SATA", { nvme0n1: {}, sda: {} }, "nvme0n1", ["nvme0n1", "sda"]],
  ["virtio", { vda: {} }, "vda"],
  ["a USB disk that says it is not removable", { sda: usb, sdb: {} }, "sdb"],
  ["a FireWire disk", { sda: { at: "pci0000:00/fw1/fw1.0/host6/sda" }, sdb: {} }, "sdb"],
  ["a card in a reader", { mmcblk0: { files: { "device/type": "SD" } }, sda: {} }, "sda"],
  ["eMMC with its boot areas", { mmcblk0: { files: { "device/type": "MMC" } }, mmcblk0boot0: {}, mmcblk0rpmb: {} }, "mmcblk0"],
  ["a removable disk", { sda: { files: { removable: "1" } }, sdb: {} }, "sdb"],
  ["a read-only disk", { sda: { files: { ro: "1" } }, sdb: {} }, "sdb"],
  ["a very small disk, which a wipe still erases", { sda: { sectors: 65_536 }, sdb: {} }, "sdb", ["sda", "sdb"]],
  ["a disk without a size", { sda: { sectors: "" }, sdb: {} }, "sdb"],
  ["a fibre channel LUN", { sda: { at: "pci0000:00/host7/rport-7:0-1/target7:0:0/sda" }, sdb: {} }, "sdb"],
  ["an iSCSI LUN", { sda: { at: "platform/host8/session1/target8:0:0/sda" }, sdb: {} }, "sdb"],
  ["NVMe over a network", { nvme0n1: { at: "virtual/nvme-fabrics/ctl/nvme0/nvme0n1" }, sda: {} }, "sda"],
  [
    "NVMe over a network with multipath",
    { nvme0n1: { at: "virtual/nvme-subsystem/nvme-subsys0/nvme0n1", files: { "device/nvme0/transport": "tcp" } }, sda: {} },
    "sda",
  ],
  [
    "NVMe with multipath",
    {
      nvme0c0n1: { files: { hidden: "1" }, hasNoDevice: true },
      nvme0n1: {
        at: "virtual/nvme-subsystem/nvme-subsys0/nvme0n1",
        files: { hidden: "0", "device/nvme0/transport": "pcie" },
      },
    },
    "nvme0n1",
  ],
  ["a hidden path that has a device file", { nvme0c0n1: { files: { hidden: "1" } }, nvme0n1: {} }, "nvme0n1"],
  ["an entry without a device file", { sda: { hasNoDevice: true }, sdb: {} }, "sdb"],
  ["the parts of a RAID and of LVM", { md0: {}, "dm-0": {}, sda: { files: { "holders/md0": "" } } }, "sda"],
  ["the loop and RAM disks of the system", { loop0: {}, ram0: {}, zram0: {}, sr0: {}, nbd0: {}, sda: {} }, "sda"],
];

for (const [what, disks, chosen, erased = [chosen]] of cases)
  test(`${what}: every installer takes ${chosen}`, (t) => {
    const { own, debian, wiped } = machine(t, disks);
    assert.equal(own(), chosen);
    if (isRoot) assert.equal(debian(), chosen);
    assert.deepEqual(wiped(), erased);
  });

test("a machine without a fixed disk gets none, and the message names what is there", (t) => {
  const { own, debian, wiped, seen, sys } = machine(t, { sda: usb });
  const controller = join(sys, "bus/pci/devices/0000:00:0e.0");
  mkdirSync(controller, { recursive: true });
  for (const [file, content] of Object.entries({ class: "0x010400", vendor: "0x8086", device: "0x9a0b" }))
    writeFileSync(join(controller, file), `${content}\n`);
  assert.equal(own(), "");
  assert.deepEqual(wiped(), []);
  assert.match(seen(), /seen: sda \(256 GB, removable\) ; no driver for the storage controllers 8086:9a0b/);
  assert.match(debian(), /failed\?detail=no-disk-found-.*sda.*8086:9a0b/);
});

test("the disk that an operator named is taken even if it is on USB, and nothing else is taken in its place", (t) => {
  const { own, debian, dev } = machine(t, { sda: usb, sdb: {} });
  assert.equal(own(join(dev, "sda")), "sda");
  assert.equal(own(join(dev, "sdc")), "");
  if (isRoot) assert.equal(debian(join(dev, "sda")), "sda");
  assert.match(debian(join(dev, "sdc")), isRoot ? /^(?!.*partman-auto\/disk=.*sdb)/s : /./);
});

test("a disk that is named by its id is found with and without udev's links", (t) => {
  const { own, dev } = machine(t, { sda: {}, sdb: { files: { "device/serial": "S2 X" } } });
  assert.equal(own(join(dev, "disk/by-id/ata-DISK_S2_X")), "sdb");
  mkdirSync(join(dev, "disk/by-id"), { recursive: true });
  symlinkSync("../../sda", join(dev, "disk/by-id/dm-name-odd"));
  assert.equal(own(join(dev, "disk/by-id/dm-name-odd")), "sda");
});
