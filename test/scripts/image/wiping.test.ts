/**
 * The wiper's shell functions: which disks it chooses, and what remains on them. Disks are files here,
 * described in a copy of /sys.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

const lib = join(import.meta.dirname, "../../../scripts/image/initrd/lib");
const MIB = 1024 * 1024;

interface Disk {
  bytes?: number;
  removable?: boolean;
  readOnly?: boolean;
}

function machine(t: TestContext, disks: Record<string, Disk>) {
  const folder = mkdtempSync(join(tmpdir(), "muster-wiping-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [sys, dev] = [join(folder, "sys"), join(folder, "dev")];
  mkdirSync(dev);
  for (const [name, { bytes = 6 * MIB + 1536, removable = false, readOnly = false }] of Object.entries(disks)) {
    mkdirSync(join(sys, "block", name), { recursive: true });
    const facts = { size: bytes / 512, removable: Number(removable), ro: Number(readOnly) };
    for (const [fact, value] of Object.entries(facts)) writeFileSync(join(sys, "block", name, fact), `${value}\n`);
    writeFileSync(join(dev, name), Buffer.alloc(bytes, "data"));
  }
  const quiet = 'beacon() { echo "sent $*"; }; say() { :; }; PATH=$PATH:/usr/sbin';
  const sources = ["disk", "partitions", "wiping"].map((part) => `. ${join(lib, `${part}.sh`)}`).join("; ");
  return {
    run: (command: string) =>
      execFileSync("sh", ["-c", `${sources}; ${quiet}; ${command}`], {
        encoding: "utf8",
        env: { ...process.env, sys, dev, disk_wait: "0", drop_caches: "/dev/null" },
      }),
    disk: (name: string) => join(dev, name),
    left: (name: string) => readFileSync(join(dev, name)).findIndex((byte) => byte !== 0),
    size: (name: string) => readFileSync(join(dev, name)).length,
  };
}

test("all disks are those that are fixed and writable, however small", (t) => {
  const { run, disk } = machine(t, {
    sda: {},
    sdb: { removable: true },
    nvme0n1: {},
    mmcblk0boot0: {},
    sdc: { readOnly: true },
    loop0: {},
  });
  assert.equal(run("all_disks"), `${disk("nvme0n1")}\n${disk("sda")}\n`);
});

test("a machine without a fixed disk has nothing to erase", (t) => {
  assert.throws(() => machine(t, { sdb: { removable: true } }).run("all_disks"));
});

test("a full wipe leaves zeros in every sector, also in those after the last whole MiB, and the disk no longer than it was", (t) => {
  const { run, disk, left, size } = machine(t, { sda: {} });
  const before = size("sda");
  const output = run(`wipe_disk ${disk("sda")} full && is_blank ${disk("sda")} full && echo blank`);
  assert.equal(left("sda"), -1);
  assert.equal(size("sda"), before);
  assert.match(output, /sent base .*sda, 100 %\nblank\n$/);
});

test("a disk that still holds data is not called blank", (t) => {
  const { run, disk } = machine(t, { sda: {} });
  assert.equal(run(`is_blank ${disk("sda")} full || echo data`), "data\n");
  assert.equal(run(`is_blank ${disk("sda")} quick || echo data`), "data\n");
});
