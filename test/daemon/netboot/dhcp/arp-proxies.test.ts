/** A neighbour that answers for addresses of others is reported once, with the next step, and sets no address aside. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { showNetwork } from "../../../../daemon/cli/netboot/show-leases.ts";
import { Network } from "../../../../daemon/contract/netboot/network.ts";
import { neighbourCheck } from "../../../../daemon/local/doctor-neighbours.ts";
import { ArpProxies } from "../../../../daemon/netboot/dhcp/arp-proxies.ts";
import { networkNow } from "../../../../daemon/netboot/dhcp/network-now.ts";
import { openStores } from "../../../../daemon/store/stores.ts";

const router = "02:00:00:00:00:01";
const bridge = "02:00:00:00:00:02";
const squatter = "02:00:00:00:00:03";

function lab(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "muster-proxy-arp-"));
  const database = join(folder, "muster.db");
  const stores = openStores(database);
  t.after(() => {
    stores.db.close();
    rmSync(folder, { recursive: true });
  });
  const clock = { now: Date.now() };
  const proxies = new ArpProxies({ ...stores, now: () => clock.now });
  return { database, stores, clock, proxies };
}

test("a router that answers for a whole range is one line of the doctor and one of the network, with what to do", (t) => {
  const { database, stores, proxies } = lab(t);
  for (let host = 1; host <= 250; host++) proxies.answered("eth1", router, `10.77.1.${host}`);
  const [check, ...more] = neighbourCheck({ database });
  assert.deepEqual(more, []);
  assert.equal(check?.ok, true);
  assert.match(check.detail, /^02:00:00:00:00:01 on eth1 answers ARP requests for many addresses, for example 10\.77\.1\.1\./);
  assert.equal(check.detail.split(router).length, 2);
  assert.match(check.advice ?? "", /Turn off proxy ARP on this router, or give it the netmask/);
  const network = Network.parse(networkNow([], stores));
  assert.deepEqual(
    network.arpProxies?.map(({ mac, interface: name, address }) => [mac, name, address]),
    [[router, "eth1", "10.77.1.1"]],
  );
  assert.equal(showNetwork(network).split("answers ARP requests").length, 2);
  assert.match(showNetwork(network), /Turn off proxy ARP/);
});

test("two neighbours, and one neighbour on two interfaces, are named separately in one check", (t) => {
  const { database, proxies } = lab(t);
  proxies.answered("eth1", router, "10.77.1.1");
  proxies.answered("eth1", bridge, "10.77.1.2");
  proxies.answered("eth2", router, "10.78.1.1");
  const checks = neighbourCheck({ database });
  assert.equal(checks.length, 1);
  for (const named of [`${router} on eth1`, `${bridge} on eth1`, `${router} on eth2`]) assert.ok(checks[0]?.detail.includes(named), named);
});

test("a router that was corrected is not mentioned a day later; one that still answers is", (t) => {
  const { database, stores, clock, proxies } = lab(t);
  clock.now -= 25 * 3_600_000;
  proxies.answered("eth1", router, "10.77.1.1");
  assert.deepEqual(neighbourCheck({ database }), []);
  assert.ok(!("arpProxies" in networkNow([], stores)));
  clock.now += 25 * 3_600_000;
  proxies.answered("eth1", router, "10.77.1.9");
  assert.match(neighbourCheck({ database })[0]?.detail ?? "", /for example 10\.77\.1\.1\./);
});

test("the addresses that the router seemed to use are given back, and those of other machines are not", (t) => {
  const { stores, proxies } = lab(t);
  const expiresAt = Date.now() + 600_000;
  const inUse = (address: string, by: string) =>
    ({ mac: `declined ${address}`, address, state: "declined", expiresAt, cause: { kind: "in-use", by } }) as const;
  stores.leases.save({ ...inUse("10.77.1.1", router), mac: router, state: "offered" });
  stores.leases.save(inUse("10.77.1.2", router));
  stores.leases.save(inUse("10.77.1.3", squatter));
  stores.leases.save({ ...inUse("10.77.1.4", router), cause: { kind: "declined", by: router } });
  stores.leases.save({ mac: "52:54:00:00:00:09", address: "10.77.1.5", state: "bound", expiresAt });
  proxies.answered("eth1", router, "10.77.1.6");
  assert.deepEqual(stores.leases.releasesAsked(), ["10.77.1.1", "10.77.1.2"]);
});

test("without a database, or with one of an earlier version, there is nothing to say", (t) => {
  const { database, stores } = lab(t);
  assert.deepEqual(neighbourCheck({ database: `${database}.other` }), []);
  stores.db.exec("DROP TABLE arp_proxies");
  assert.deepEqual(neighbourCheck({ database }), []);
});
