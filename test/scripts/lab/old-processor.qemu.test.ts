/**
 * A machine whose processor has no long mode boots real iPXE. Muster recognises it and hands out no
 * installer.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noQemu, startMachine } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { count, happened, startTestLab, type TestLab } from "../../support/lab.ts";

/** This limit only ends a test that would hang. */
const HOUR = 3600;

describe("a 32-bit processor", { skip: noNetwork || noQemu }, () => {
  let lab: TestLab;
  before(async () => {
    lab = await startTestLab("full");
  });
  after(() => lab?.stop());

  test("is recognised by iPXE, and neither an arming before its first boot nor one after it leads to an installer", async (t) => {
    const mac = "52:54:00:4d:32:01";
    await lab.api.addNode({ mac, name: "old" });
    await lab.api.armNode({ node: "old" });
    const options = { folder: lab.folder, name: "old", mac, firmware: "bios", cpu: "qemu32", roms: lab.assets.roms } as const;
    const machine = startMachine(lab.network, options);
    t.after(() => machine.stop());
    await assert.rejects(lab.until(mac, "refused", HOUR, happened("never")), /is install-failed: this CPU is 32-bit/);
    const node = await lab.api.getNode({ node: "old" });
    assert.equal(node.facts.cpuArch, "i686");
    assert(node.state.phase === "install-failed");
    assert.match(node.state.reason, /this CPU is 32-bit/);
    const timeline = await lab.api.nodeEvents({ node: "old" });
    assert.equal(count(timeline, "install.handed-out"), 0);
    assert.equal(count(timeline, "install.failed"), 1);
    await machine.waitForSerial(/this CPU is 32-bit/, HOUR * 1000);
    await assert.rejects(lab.api.armNode({ node: "old", confirm: "old" }), { code: "NODE_UNSUITABLE" });
  });
});
