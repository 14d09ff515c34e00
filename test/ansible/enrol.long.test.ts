/** The command line of a token on a real Debian with its own systemd: the machine is admitted, and its unit is disabled again. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Node } from "../../daemon/contract/machines/node.ts";
import { type LabDaemon, startDaemon } from "../../scripts/lab/daemon.ts";
import { type Machine, noMachine, startMachine } from "./machine.ts";

let machine: Machine;
let daemon: LabDaemon;
let folder: string;
before(async () => {
  if (noMachine) return;
  machine = await startMachine();
  folder = mkdtempSync(join(tmpdir(), "muster-enrol-long-"));
  const dataDir = join(folder, "data");
  mkdirSync(join(dataDir, "assets/ipxe"), { recursive: true });
  for (const name of ["undionly.kpxe", "snponly.efi"]) writeFileSync(join(dataDir, "assets/ipxe", name), "loader");
  daemon = await startDaemon(machine.network, { folder, dataDir, dhcp: "full", mirror: `http://${machine.network.address}/debian` });
});
after(async () => {
  await daemon?.stop();
  machine?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("a machine with a system of its own joins by one line, and its call-home unit is done", { skip: noMachine }, async () => {
  const key = daemon.createKey("test");
  const { install } = JSON.parse(daemon.muster("--json", "--key", key, "token", "create")) as { install: string };
  const said = await machine.ssh(install);
  assert.match(said, /^muster: SSH host key: SHA256:[\s\S]*muster: this machine is in the fleet/);
  const [node] = JSON.parse(daemon.muster("--json", "--key", key, "nodes")) as Node[];
  assert.deepEqual([node?.name, node?.address], ["n1", machine.address]);
  assert.match(node?.state.phase ?? "", /^(configuring|ready)$/);
  const units = await machine.ssh(
    "systemctl is-enabled muster-call-home.service; systemctl is-failed muster-call-home.service; ls /etc/muster",
  );
  assert.equal(units, "disabled\ninactive\n");
  assert.match(await machine.ssh("systemd-analyze verify /etc/systemd/system/muster-call-home.service 2>&1; echo ended $?"), /ended 0\n$/);
});
