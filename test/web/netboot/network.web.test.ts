/** The network page in a real browser: leases, what is set aside and why, other servers, and giving an address back. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { followReleases } from "../../../daemon/netboot/dhcp/lease-releases.ts";
import { Pool } from "../../../pxe/dhcp/decision/pool.ts";
import { parseBlock } from "../../../pxe/dhcp/message/address.ts";
import { silentLog } from "../../support/log.ts";
import { cards } from "../../support/machines/cards.ts";
import { addNode } from "../../support/world.ts";
import { startMission } from "../mission.ts";
import { options, tour } from "../visit.ts";

const { visitor, mission, enter } = tour();

const range = { from: "10.77.0.100", to: "10.77.0.199" };
const full = cards(
  `{ interface: eth1, dhcp: full, range: { from: ${range.from}, to: ${range.to} }, reservations: { "52:54:00:aa:00:01": 10.77.0.20 } }`,
  "10.77.0.1/24",
);

/** A daemon in full mode with a real pool: three leases, one declined address, one conflict. */
async function leasing(t: TestContext) {
  const world = await startMission(visitor().pageRoot, full);
  const { leases } = world;
  const pool = new Pool({
    block: parseBlock("10.77.0.0/24"),
    ranges: [range],
    exclude: [],
    reservations: { "52:54:00:aa:00:01": "10.77.0.20" },
    leaseSeconds: 43_200,
    store: leases,
    now: Date.now,
  });
  const join = (mac: string) => {
    const address = pool.offer(mac, undefined) ?? assert.fail("the pool is empty");
    pool.bind(mac, address);
    return address;
  };
  const node = addNode(world, { phase: "ready", since: new Date().toISOString() }, "rack1-n1");
  for (const mac of [node.macs[0] ?? "", "52:54:00:aa:00:01", "52:54:00:aa:00:02"]) join(mac);
  const declined = join("52:54:00:aa:00:03");
  pool.decline("52:54:00:aa:00:03", declined);
  pool.suspect("10.77.0.150", "52:54:00:aa:00:99");
  const offer = { address: "10.77.0.57", bootFile: "pxelinux.0", nextServer: "10.77.0.9", pxe: true };
  world.dhcpServers.see({ address: "10.77.0.254", mac: "00:11:22:33:44:55", offer }, new Date());
  for (const address of ["10.77.0.150", "10.77.0.151"])
    world.arpProxies.see({ mac: "02:00:00:00:00:01", interface: "eth1", address }, new Date());
  const releases = followReleases({ leases, pools: () => [pool], settled: async () => undefined, log: silentLog }, 10);
  t.after(async () => {
    releases.close();
    await visitor().leave();
    await world.stop();
    assert.deepEqual(visitor().troubles.splice(0), []);
  });
  return { world, declined };
}

test(
  "in full mode every address is there with its reason, the rival is named, and a declined one is given back by a click",
  options,
  async (t) => {
    const { world, declined } = await leasing(t);
    const page = await enter(world, "operator", "#/network");
    await page.getByRole("heading", { name: "Another DHCP server is active" }).waitFor();
    const row = (key: string) => page.locator(`[data-row="${key}"]`);
    assert.match((await row(declined).textContent()) ?? "", /declined.*52:54:00:aa:00:03 declined it: another machine uses this address/);
    assert.match((await row("10.77.0.150").textContent()) ?? "", /conflict.*52:54:00:aa:00:99 uses it without a lease/);
    assert.match((await row("10.77.0.0/24").textContent()) ?? "", /2 of 100/);
    assert.match((await row("10.77.0.254").textContent()) ?? "", /00:11:22:33:44:55.*the boot file pxelinux\.0/);
    assert.match(
      (await row("eth1 02:00:00:00:00:01").textContent()) ?? "",
      /answers ARP requests for many addresses, for example 10\.77\.0\.150/,
    );
    await page.getByText(/Turn off proxy ARP on this router/).waitFor();
    assert.equal(await page.getByRole("link", { name: "rack1-n1" }).getAttribute("href"), "#/nodes/rack1-n1");

    await page.getByRole("button", { name: `Release ${declined}` }).click();
    await row(declined).waitFor({ state: "detached" });
  },
);

test("a viewer sees the same and can give nothing back", options, async (t) => {
  const { world, declined } = await leasing(t);
  const page = await enter(world, "viewer", "#/network");
  const button = page.getByRole("button", { name: `Release ${declined}` });
  await button.waitFor();
  assert.equal(await button.isDisabled(), true);
});

test("in proxy mode the LAN is safe, and nothing is said of leases", options, async (t) => {
  const page = await enter(await mission(t));
  await page.getByRole("link", { name: "Network" }).click();
  await page.getByRole("heading", { name: "Your LAN is safe" }).waitFor();
  assert.equal(await page.getByRole("heading", { name: /^Addresses/ }).count(), 0);
  await page.getByText("None so far.").waitFor();
  assert.equal(await page.title(), "Network · Muster");
});
