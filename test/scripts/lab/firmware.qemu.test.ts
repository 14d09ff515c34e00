/**
 * Real firmware boots from power-on through the waiting script to kernel and initrd, in full mode and in
 * proxy mode.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { noQemu, startMachine } from "../../../scripts/lab/machine.ts";
import { noNetwork } from "../../../scripts/lab/network.ts";
import { count, happened, startTestLab, type TestLab } from "../../support/lab.ts";

/** This limit only ends a test that would hang. */
const HOUR = 3600;

const skip = noNetwork || noQemu;
const machines = [
  { firmware: "bios", mac: "52:54:00:4d:10:01" },
  { firmware: "uefi", mac: "52:54:00:4d:10:02" },
] as const;

for (const dhcp of ["full", "proxy"] as const) {
  describe(`${dhcp} mode${dhcp === "proxy" ? " next to dnsmasq" : ""}`, { skip, concurrency: 2 }, () => {
    let lab: TestLab;
    before(async () => {
      lab = await startTestLab(dhcp);
    });
    after(() => lab?.stop());

    for (const { firmware, mac } of machines) {
      test(`a ${firmware} machine waits, is accepted and armed, and loads the installer's kernel and initrd`, async (t) => {
        const folder = lab.folder;
        const machine = startMachine(lab.network, { folder, name: `${dhcp}-${firmware}`, mac, firmware, roms: lab.assets.roms });
        t.after(() => machine.stop());

        await lab.until(mac, "waiting to be accepted", HOUR, happened("boot.wait"));
        assert.equal((await lab.api.getNode({ node: mac })).state.phase, "discovered");
        await lab.api.acceptNode({ node: mac, name: `${firmware}-1` });
        await lab.api.armNode({ node: mac });
        const timeline = await lab.until(mac, "given the initrd", HOUR, happened("http.asset", /initrd\.img/));

        const node = await lab.api.getNode({ node: mac });
        assert.equal(node.state.phase, "installing");
        assert.equal(node.facts.firmware ?? firmware, firmware);
        assert.match(node.address ?? "", dhcp === "full" ? /^10\.77\.1\./ : /^10\.77\.2\./);
        assert.equal(count(timeline, "install.handed-out"), 1);
        assert(happened("http.asset", /vmlinuz/)(undefined, timeline), "the kernel was fetched");
        // This UEFI has no iPXE of its own, but the BIOS machine's network card does.
        if (firmware === "uefi") assert(timeline.some(({ type, summary }) => type.startsWith("tftp") && /snponly\.efi/.test(summary)));
        const offers = timeline.filter(({ type }) => type === "dhcp.discover");
        assert(offers.length > 0 && offers.every(({ summary }) => /ProxyDHCP/.test(summary) === (dhcp === "proxy")));
      });
    }
  });
}
