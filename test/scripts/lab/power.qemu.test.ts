import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { defaultCache, prepareAssets } from "../../../scripts/lab/assets.ts";
import { noQemu, startMachine } from "../../../scripts/lab/machine.ts";
import { createNetwork, noNetwork } from "../../../scripts/lab/network.ts";
import { until } from "../../support/until.ts";

/** This limit only ends a test that would hang. */
const HOUR = 3600;

test("a reboot is a new QEMU, its serial port goes on; what ends otherwise stays ended", { skip: noNetwork || noQemu }, async (t) => {
  const { roms } = await prepareAssets(defaultCache, () => undefined);
  const folder = mkdtempSync(join(tmpdir(), "muster-power-"));
  const network = createNetwork();
  t.after(async () => {
    await machine.stop();
    network.close();
    rmSync(folder, { recursive: true });
  });
  const machine = startMachine(network, {
    folder,
    name: "power",
    mac: "52:54:00:4d:30:01",
    firmware: "bios",
    roms,
    memoryMb: 256,
    cpus: 1,
  });
  await machine.waitForSerial(/iPXE/, HOUR * 1000);
  const [first, said] = [machine.pid, machine.serial()];
  await machine.reset();
  // Until the old QEMU ends, the old system may still print.
  await until("a new QEMU runs", () => machine.pid !== first);
  await machine.waitForSerial(/iPXE/, HOUR * 1000);
  assert.ok(machine.serial().startsWith(said), "nothing it said before is lost");

  process.kill(machine.pid, "SIGKILL");
  await assert.rejects(machine.waitForSerial(/never said/, HOUR * 1000), /^Error: power ended before it printed/);
});
