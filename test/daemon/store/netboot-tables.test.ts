/** The stores of the boot network: leases with their reasons, other servers, quirks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openWorld } from "../../support/world.ts";

const mac = "52:54:00:00:00:01";
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

test("an address set aside keeps the reason, and belongs to no machine", () => {
  const { leases } = openWorld();
  const cause = { kind: "declined", by: mac } as const;
  leases.save({ mac: "declined 10.0.0.9", address: "10.0.0.9", state: "declined", expiresAt: 5, cause });
  assert.deepEqual(leases.all()[0]?.cause, cause);
  assert.equal(leases.holder("10.0.0.9"), undefined);
});

test("an address that is to be given free is asked for once, until it was done", () => {
  const { leases } = openWorld();
  leases.askRelease("10.0.0.9");
  leases.askRelease("10.0.0.9");
  assert.deepEqual(leases.releasesAsked(), ["10.0.0.9"]);
  leases.endRelease("10.0.0.9");
  assert.deepEqual(leases.releasesAsked(), []);
});

test("another server keeps what was heard of it before when it is seen again", () => {
  const { dhcpServers } = openWorld();
  const offer = { address: "192.168.1.50", bootFile: "pxelinux.0", nextServer: "192.168.1.9", pxe: false };
  dhcpServers.see({ address: "192.168.1.1", mac, offer }, at(1));
  dhcpServers.see({ address: "192.168.1.2" }, at(2));
  dhcpServers.see({ address: "192.168.1.1" }, at(3));
  assert.deepEqual(dhcpServers.all(), [
    { address: "192.168.1.1", mac, firstSeen: at(1).toISOString(), lastSeen: at(3).toISOString(), offer },
    { address: "192.168.1.2", firstSeen: at(2).toISOString(), lastSeen: at(2).toISOString() },
  ]);
});

test("chosen and learned quirks are stored separately, each is added to, and both are removed together", () => {
  const { quirks } = openWorld();
  assert.deepEqual(quirks.find(mac), { mac, chosen: {}, learned: { quirks: {}, because: {} } });
  quirks.learn(mac, { blockSize: 512 }, "1468 got no answer, 512 did");
  quirks.choose(mac, { loader: "ipxe" });
  quirks.choose(mac, { localBoot: ["exit-0"] });
  quirks.learn(mac, { loader: "snponly" }, "ipxe.efi never came up");
  assert.deepEqual(quirks.all(), [
    {
      mac,
      chosen: { loader: "ipxe", localBoot: ["exit-0"] },
      learned: {
        quirks: { blockSize: 512, loader: "snponly" },
        because: { blockSize: "1468 got no answer, 512 did", loader: "ipxe.efi never came up" },
      },
    },
  ]);
  assert.equal(quirks.forget(mac), true);
  assert.equal(quirks.forget(mac), false);
  assert.deepEqual(quirks.all(), []);
});
