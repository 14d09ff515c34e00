/** Real shells run the script that reports a machine's hardware, on a machine described by files. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { inspected } from "../../../../daemon/netboot/answers/inspection.ts";
import { factsScript } from "../../../../daemon/netboot/scripts/installer-answers.ts";

const shells: [string, string[]][] = [
  ["sh", []],
  ["busybox", ["sh"]],
];

function machineOf(t: TestContext, files: Record<string, string | Buffer>): string {
  const root = mkdtempSync(join(tmpdir(), "muster-facts-"));
  t.after(() => rmSync(root, { recursive: true }));
  const all = { "proc/cpuinfo": "", "proc/meminfo": "", "sys/block/.keep": "", "sys/class/net/.keep": "", ...files };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

function told(root: string, [program, args]: [string, string[]]) {
  const script = `sys=${root}/sys proc=${root}/proc\n${factsScript()}\nmuster_facts`;
  const { stdout, stderr, status } = spawnSync(program, [...args, "-c", script], { encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /^[A-Za-z0-9._=&%-]+$/, "nothing that means something in a URL");
  return { query: stdout, facts: inspected(new URLSearchParams(stdout)) };
}

for (const shell of shells) {
  const skip = shell[0] === "busybox" && !existsSync("/bin/busybox") && !existsSync("/usr/bin/busybox") ? "needs busybox" : false;

  test(`under ${shell[0]}, a server is described in full`, { skip }, (t) => {
    const cpu = (n: number) => `processor\t: ${n}\nmodel name\t: Xeon: 5160 @ 3.00GHz\nflags\t\t: fpu vme lm nx\n\n`;
    const root = machineOf(t, {
      "proc/cpuinfo": cpu(0) + cpu(1),
      "proc/meminfo": "MemTotal:        8167848 kB\nMemFree: 1 kB\n",
      "sys/class/dmi/id/sys_vendor": "Dell & Söhne\n",
      "sys/class/dmi/id/product_name": 'Power"Edge" = 1950\t?\n',
      "sys/class/dmi/id/product_serial": " 4XJ2K  \n",
      "sys/firmware/efi/fw_platform_size": "32\n",
      "sys/block/sda/size": "976773168\n",
      "sys/block/sda/queue/rotational": "1\n",
      "sys/block/sda/device/model": "ST500DM002-1BD14  \n",
      "sys/block/sda/device/vpd_pg80": Buffer.from("\0\x80\0\x08Z3T0FAKE"),
      "sys/block/nvme0n1/size": "2097152\n",
      "sys/block/nvme0n1/queue/rotational": "0\n",
      "sys/block/nvme0n1/device/serial": "S1  \n",
      "sys/block/loop0/size": "8\n",
      "sys/class/net/eno1/address": "00:1e:c9:00:00:01\n",
      "sys/class/net/eno1/device/vendor": "0x14e4\n",
      "sys/class/net/lo/address": "00:00:00:00:00:00\n",
      "sys/bus/drivers/bnx2/bind": "",
    });
    symlinkSync(join(root, "sys/bus/drivers/bnx2"), join(root, "sys/class/net/eno1/device/driver"));
    assert.deepEqual(told(root, shell).facts, {
      cpu: "Xeon: 5160 @ 3.00GHz",
      cpus: 2,
      cpuArch: "x86-64",
      memoryMb: 7976,
      manufacturer: "Dell & Söhne",
      product: 'Power"Edge" = 1950 ?',
      serial: "4XJ2K",
      firmware: "uefi",
      firmwareBits: 32,
      disks: [
        { name: "nvme0n1", sizeGb: 1.1, rotational: false, serial: "S1" },
        { name: "sda", sizeGb: 500.1, rotational: true, serial: "Z3T0FAKE", model: "ST500DM002-1BD14" },
      ],
      nics: [{ name: "eno1", mac: "00:1e:c9:00:00:01", driver: "bnx2" }],
    });
  });

  test(`under ${shell[0]}, a machine without long mode is an i686, and one that says nothing is nothing`, { skip }, (t) => {
    const old = machineOf(t, { "proc/cpuinfo": "processor : 0\nmodel name : Pentium III\nflags : fpu vme sse\n" });
    assert.deepEqual(told(old, shell).facts, { cpu: "Pentium III", cpus: 1, cpuArch: "i686", firmware: "bios", disks: [], nics: [] });
    assert.deepEqual(told(machineOf(t, {}), shell).facts, { cpus: 0, firmware: "bios", disks: [], nics: [] });
  });

  test(`under ${shell[0]}, a hundred disks still make a URL that every server takes`, { skip }, (t) => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`sys/block/sd${String(n).padStart(3, "0")}/device/model`, `${"MODEL & ".repeat(20)}\n`]),
    );
    const { query, facts } = told(machineOf(t, many), shell);
    assert.equal(facts.disks?.length, 24);
    assert.ok(query.length < 8000, `${query.length} bytes`);
  });
}
