/** An installation with the image profile, from an empty disk to the first call-home, with a check of its records. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import type { Node } from "../../daemon/contract/machines/node.ts";
import { type RunningMachine, startMachine } from "../../scripts/lab/machine.ts";
import { count, type TestLab } from "./lab.ts";

/** This limit in seconds only ends a test that would hang. A busy machine is several times slower than a quiet one. */
export const HOUR = 3600;

export interface Installed {
  machine: RunningMachine;
  name: string;
  mac: string;
  /** The node at the time of its first call-home. */
  node: Node;
}

export async function installMachine(t: TestContext, lab: TestLab, firmware: "bios" | "uefi"): Promise<Installed> {
  const name = `chain-${firmware}`;
  const mac = firmware === "bios" ? "52:54:00:4d:20:01" : "52:54:00:4d:20:02";
  await lab.api.addNode({ mac, name });
  await lab.api.armNode({ node: name });
  // One processor, because another machine or other programs run at the same time.
  const options = { folder: lab.folder, name, mac, firmware, roms: lab.assets.roms, diskGb: 8, cpus: 1 };
  const machine = startMachine(lab.network, options);
  t.after(() => machine.stop());

  const timeline = await lab.until(mac, "a call-home", HOUR, (_, events) => count(events, "node.called-home") > 0);
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
  return { machine, name, mac, node };
}
