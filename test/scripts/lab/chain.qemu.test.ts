/**
 * The whole life of a machine with the image profile: empty disk to ready, a reset, and a second run that changes nothing. The
 * machine with UEFI goes as far as its first call-home.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { noQemu, startMachine } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { count, startTestLab, type TestLab } from "../../support/lab.ts";

const skip = noNetwork || noQemu;
const machines = [
  { firmware: "bios", mac: "52:54:00:4d:20:01" },
  { firmware: "uefi", mac: "52:54:00:4d:20:02" },
] as const;

/** This limit only ends a test that would hang. A busy machine is several times slower than a quiet one. */
const HOUR = 3600;

describe("an empty disk becomes a ready node", { skip, concurrency: 2 }, () => {
  let lab: TestLab;
  before(async () => {
    lab = await startTestLab("full");
  });
  after(() => lab?.stop());

  for (const { firmware, mac } of machines) {
    test(`on ${firmware}`, async (t) => {
      const name = `chain-${firmware}`;
      await lab.api.addNode({ mac, name });
      await lab.api.armNode({ node: name });
      // One processor each, because two machines run next to other programs.
      const options = { folder: lab.folder, name, mac, firmware, roms: lab.assets.roms, diskGb: 8, cpus: 1 };
      const machine = startMachine(lab.network, options);
      t.after(() => machine.stop());

      // Everything after the first call-home is the same on both firmwares, so only one machine continues.
      const isWhole = firmware === "bios";
      const timeline = isWhole
        ? await lab.until(mac, "ready", HOUR, ({ state }) => state.phase === "ready")
        : await lab.until(mac, "a call-home", HOUR, (_, events) => count(events, "node.called-home") > 0);
      assert.equal(count(timeline, "install.handed-out"), 1);
      for (const stage of ["start", "partition", "base", "late", "done"]) assert.equal(count(timeline, `install.${stage}`), 1, stage);
      assert(count(timeline, "boot.local") >= 1, "the boot after the installation was sent to the disk");
      const node = await lab.api.getNode({ node: name });
      assert.equal(node.facts.firmware, firmware);
      assert.equal(count(timeline, "install.facts"), 1, "the installer reported the hardware");
      assert.equal(node.facts.cpuArch, "x86-64");
      assert.equal(node.facts.firmwareBits, firmware === "uefi" ? 64 : undefined);
      assert.deepEqual(node.facts.disks, [{ name: "vda", sizeGb: 8.6, rotational: true, serial: "lab-disk" }]);
      assert.deepEqual(
        node.facts.nics?.map((nic) => [nic.mac, nic.driver]),
        [[mac, "virtio_net"]],
      );
      const { all } = parse(readFileSync(join(lab.daemon.dataDir, "inventory.yaml"), "utf8"));
      assert.equal(all.children.worker_nodes.hosts[name].ansible_host, node.address);

      if (!isWhole) return;
      const localBoots = count(await lab.api.nodeEvents({ node: name }), "boot.local");
      await machine.reset();
      const after = await lab.until(mac, "sent to its disk after a reset", HOUR, (_, events) => count(events, "boot.local") > localBoots);
      assert.equal(count(after, "install.handed-out"), 1);
      await machine.waitForSerial(new RegExp(`${name} login:`), HOUR * 1000);
      assert.equal((await lab.api.getNode({ node: name })).state.phase, "ready");

      const again = await lab.api.reprovisionNode({ node: name });
      await lab.until(
        mac,
        "configured again",
        HOUR,
        ({ state }, events) => state.phase === "ready" && events.some(({ jobId, type }) => jobId === again.id && type === "job.succeeded"),
      );
      const { result } = await lab.api.getJob({ id: again.id });
      const { text } = await lab.api.jobOutput({ id: again.id });
      assert.equal(result?.recap?.changed, 0, `a second run changes nothing, even after a reset as soon as it was ready:\n${text}`);
    });
  }
});
