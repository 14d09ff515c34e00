/** Checks on several interfaces before any of them is served. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfig } from "../../../daemon/config/config.ts";
import { bootInterfaces } from "../../../daemon/config/netboot.ts";
import { dataDir } from "../../../daemon/data-dir.ts";
import { holdersOn } from "../../../daemon/local/port-holders.ts";
import { createLog } from "../../../daemon/log/log.ts";
import { apart, type BootPlace } from "../../../daemon/netboot/boot-places.ts";
import { Leasing } from "../../../daemon/netboot/dhcp/leasing.ts";
import { placeOf } from "../../../daemon/netboot/explain/where.ts";
import { childSpecs } from "../../../daemon/processes/supervisor/children.ts";
import { parseBlock } from "../../../pxe/dhcp/message/address.ts";
import { openWorld } from "../../support/world.ts";

function places(...cidrs: string[]): BootPlace[] {
  const interfaces = cidrs.map((_, index) => ({ interface: `eth${index}` }));
  const { netboot } = parseConfig(JSON.stringify({ netboot: { interfaces } }), "muster.yaml");
  return bootInterfaces(netboot).map((settings, index) => {
    const [address = "", prefix = ""] = (cidrs[index] ?? "").split("/");
    return { settings, network: { address, netmask: prefix === "16" ? "255.255.0.0" : "255.255.255.0", cidr: `${address}/${prefix}` } };
  });
}

test("interfaces that share addresses are refused, both named", () => {
  assert.equal(apart(places("10.1.0.1/24", "10.1.1.1/24")).length, 2);
  assert.throws(() => apart(places("10.1.0.1/16", "10.2.0.1/24", "10.1.9.1/24")), {
    code: "CONFIG_INVALID",
    message: /^netboot\.interfaces\[2\]\.interface: eth2 \(10\.1\.9\.1\/24\) and eth0 \(10\.1\.0\.1\/16\) share addresses/,
  });
});

test("a machine belongs where it was seen last, and to the first interface when it never was", () => {
  const all = places("10.1.0.1/24", "10.2.0.1/24");
  assert.equal(placeOf(["10.2.0.77"], all), all[1]);
  assert.equal(placeOf(["192.168.1.1"], all), all[0]);
  assert.equal(placeOf([], []), undefined);
});

test("a subnet behind a relay has one pool, whichever interface its relay comes by", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-leasing-"));
  const data = dataDir(folder);
  const world = openWorld(data.database);
  const leasing = new Leasing({ database: data.database, leases: world.leases, log: createLog("test", "error") });
  t.after(async () => {
    await leasing.close();
    world.db.close();
    rmSync(folder, { recursive: true });
  });
  const options = { ranges: [{ from: "10.8.0.10", to: "10.8.0.11" }], exclude: [], reservations: {}, leaseSeconds: 600 };
  const [first, second] = [await leasing.open(), await leasing.open()];
  const pool = first.makePool({ ...options, block: parseBlock("10.8.0.1/24") });
  assert.equal(second.makePool({ ...options, block: parseBlock("10.8.0.0/24") }), pool);
  assert.notEqual(second.makePool({ ...options, block: parseBlock("10.9.0.0/24") }), pool);
});

/** The command line that starts netboot, up to the daemon's own words. */
function launcherWords(interfaces: object[], sockets: number[]): string[] | undefined {
  const config = parseConfig(JSON.stringify({ netboot: { interfaces } }), "muster.yaml");
  const { command, args } = childSpecs(config, "muster.yaml", "/data", {}, sockets).find(({ name }) => name === "netboot") ?? assert.fail();
  return command.endsWith("python3") ? args.slice(1, args.indexOf("--")) : undefined;
}

test("each interface gets the sockets of its mode, and those that were handed in are looked through first", () => {
  const range = { from: "10.1.0.10", to: "10.1.0.20" };
  const interfaces = [
    { interface: "eth1", dhcp: "off" },
    { interface: "eth2", dhcp: "full", range },
    { interface: "eth3", dhcp: "full", range, check_other_servers: false },
  ];
  assert.deepEqual(launcherWords(interfaces, []), [
    "eth1",
    "eth2",
    "dhcp=67",
    "pxe4011=4011",
    "probe=68",
    "eth3",
    "dhcp=67",
    "pxe4011=4011",
  ]);
  assert.deepEqual(launcherWords(interfaces, [3, 4]), [
    "--handed",
    "4,5",
    "eth1",
    "tftp?=69",
    "eth2",
    "dhcp=67",
    "pxe4011=4011",
    "probe=68",
    "tftp?=69",
    "eth3",
    "dhcp=67",
    "pxe4011=4011",
    "tftp?=69",
  ]);
  assert.equal(launcherWords([{ interface: "eth1" }], []), undefined, "without DHCP nothing needs a launcher");
});

const line = (local: string, users = "") => `UNCONN 0      0            ${local}      0.0.0.0:*    ${users}`;
const listings: [what: string, listing: string, found: object[]][] = [
  ["a server on another card is none of ours", line("0.0.0.0%eth2:67", 'users:(("dnsmasq",pid=41,fd=4))'), []],
  [
    "a server on this card is named",
    line("0.0.0.0%eth1:67", 'users:(("dnsmasq",pid=41,fd=4))'),
    [{ who: "dnsmasq (process 41)", ours: false }],
  ],
  ["a server everywhere is named", line("0.0.0.0:67", 'users:(("kea-dhcp4",pid=7,fd=9))'), [{ who: "kea-dhcp4 (process 7)", ours: false }]],
  ["a server that we may not see is another program", line("[::]:67"), [{ who: "another program", ours: false }]],
  ["systemd keeps this card's port for us", line("0.0.0.0%eth1:67", 'users:(("systemd",pid=1,fd=55))'), [{ who: "systemd", ours: true }]],
  [
    "a port that systemd has everywhere is not ours",
    line("0.0.0.0:67", 'users:(("systemd",pid=1,fd=55))'),
    [{ who: "systemd", ours: false }],
  ],
  [
    "a server that systemd opened the port for is named",
    line("0.0.0.0%eth1:67", 'users:(("other",pid=90,fd=3),("systemd",pid=1,fd=55))'),
    [{ who: "other (process 90)", ours: false }],
  ],
];
for (const [what, listing, found] of listings)
  test(what, () => {
    assert.deepEqual(holdersOn("eth1", listing), found);
  });
