/**
 * A machine in QEMU is rescued, wiped, and reset in the middle of a wipe. The test reads its disk file from
 * outside.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { noQemu, startMachine } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { count, happened, startTestLab, type TestLab } from "../../support/lab.ts";

const MIB = 1024 * 1024;
const DISK_GB = 3;
const marks = [0, 700 * MIB, DISK_GB * 1024 * MIB - MIB].map((place) => ({ place, text: `data from before at ${place}` }));

function mark(file: string): void {
  const descriptor = openSync(file, "r+");
  for (const { place, text } of marks) writeSync(descriptor, text, place);
  closeSync(descriptor);
}

const at = (file: string, place: number, length: number) => {
  const descriptor = openSync(file, "r");
  const bytes = Buffer.alloc(length);
  readSync(descriptor, bytes, 0, length, place);
  closeSync(descriptor);
  return bytes;
};

/**
 * Runs in a child process. It takes seconds, and a blocked event loop would let the API's connections go
 * stale.
 */
const holdsOnlyZeros = async (file: string): Promise<boolean> => {
  const compare = spawn("cmp", ["-s", "-n", String(statSync(file).size), file, "/dev/zero"], { stdio: "ignore" });
  const [code] = await once(compare, "close");
  return code === 0;
};

for (const firmware of ["bios", "uefi"] as const)
  describe(`on ${firmware}`, { skip: noNetwork || noQemu }, () => {
    let lab: TestLab;
    const mac = firmware === "bios" ? "52:54:00:4d:40:01" : "52:54:00:4d:40:02";
    const name = `task-${firmware}`;
    before(async () => {
      lab = await startTestLab("full");
    });
    after(() => lab?.stop());

    test("it is rescued over SSH with its disk untouched, wiped once, and never wiped a second time", async (t) => {
      await lab.api.addNode({ mac, name });
      await lab.api.rescueNode({ node: name });
      const machine = startMachine(lab.network, { folder: lab.folder, name, mac, firmware, roms: lab.assets.roms, diskGb: DISK_GB });
      t.after(() => machine.stop());
      const disk = join(lab.folder, `${name}.disk`);
      mark(disk);

      await lab.until(mac, "reachable", 300, ({ state }) => state.phase === "rescue" && state.reach !== undefined);
      const { state } = await lab.api.getNode({ node: name });
      assert(state.phase === "rescue" && state.reach);
      const known = join(lab.folder, "rescue_known_hosts");
      writeFileSync(known, `${state.reach.address} ${state.reach.hostKey}\n`);
      const ssh = (command: string) =>
        lab.network.run("ssh", [
          ...["-F", "none", "-i", join(lab.daemon.dataDir, "executor/id_ed25519"), "-o", "BatchMode=yes"],
          ...["-o", `UserKnownHostsFile=${known}`, "-o", "StrictHostKeyChecking=yes", `root@${state.reach?.address}`, command],
        ]);
      assert.match(await ssh("lsblk -bdno NAME,SIZE"), new RegExp(`^vda\\s+${DISK_GB * 1024 * MIB}$`, "m"));
      assert.match(await ssh("head -c 20 /dev/vda"), /^data from before at 0/);
      assert.doesNotMatch(await ssh("mount"), /vda/);
      for (const { place, text } of marks) assert.equal(at(disk, place, text.length).toString(), text);

      await assert.rejects(lab.api.wipeNode({ node: name, confirm: "another" }), { code: "REQUEST_INVALID" });
      await lab.api.wipeNode({ node: name, confirm: name });
      await machine.reset();
      const timeline = await lab.until(mac, "wiped", 600, ({ state }) => state.phase === "accepted");
      assert.ok(await holdsOnlyZeros(disk), "nothing but zeros");
      for (const type of ["handed-out", "start", "partition", "done"]) assert.equal(count(timeline, `wipe.${type}`), 1, type);

      mark(disk);
      await lab.until(mac, "asking what to do, having booted again", 300, happened("boot.wait"));
      await lab.api.wipeNode({ node: name, confirm: name });
      await machine.reset();
      await lab.until(mac, "erasing", 300, (_, events) => count(events, "wipe.partition") === 2);
      await machine.reset();
      await assert.rejects(lab.until(mac, "refused", 300, happened("never")), /in the middle of the wipe/);
      mark(disk);
      const boots = count(await lab.api.nodeEvents({ node: name }), "boot.local");
      await machine.reset();
      for (const end = Date.now() + 300_000; Date.now() < end; await sleep(500))
        if (count(await lab.api.nodeEvents({ node: name }), "boot.local") > boots) break;
      const events = await lab.api.nodeEvents({ node: name });
      assert(count(events, "boot.local") > boots, "it was sent to its disk");
      assert.equal(count(events, "wipe.handed-out"), 2);
      for (const { place, text } of marks) assert.equal(at(disk, place, text.length).toString(), text);
    });
  });
