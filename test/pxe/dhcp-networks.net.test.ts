/**
 * DHCP between real networks: Debian's dhcrelay in front of another subnet, and machines that use addresses
 * without a lease.
 */
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startDaemon } from "../../scripts/lab/daemon.ts";
import { noNetwork, portAddress } from "../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../support/daemon.ts";
import { startCapture } from "../support/network/packet-capture.ts";
import { until } from "../support/until.ts";

const programs = ["/usr/sbin/dhcrelay", "/usr/sbin/udhcpc", "/usr/bin/tshark"];
const missing = programs.find((program) => !existsSync(program));
const skip = noNetwork || (missing ? `${missing} is not installed` : false);

const RELAY = "10.77.0.9";
const FAR = "10.80.0.1";
const settings = {
  netboot: {
    check_other_servers: false,
    range: { from: "10.77.1.1", to: "10.77.1.250" },
    ntp: ["10.77.0.1"],
    subnets: [
      {
        subnet: "10.80.0.0/24",
        ranges: [{ from: "10.80.0.10", to: "10.80.0.20" }],
        router: FAR,
        dns: ["10.80.0.1"],
        ntp: ["10.80.0.1"],
        search: ["far.internal"],
        routes: [{ to: "10.77.0.0/16", via: FAR }],
        lease_seconds: 600,
      },
    ],
  },
};

let lab: TestDaemon;

/** Runs udhcpc and sets the address it gets. Returns the NAME=value lines that its script receives. */
async function udhcpc(namespace: string, device: string, ...more: string[]): Promise<Map<string, string>> {
  const script = join(lab.folder, "print");
  writeFileSync(
    script,
    '#!/bin/sh\n[ "$1" = bound ] && env && ip address flush dev $interface && ip address add "$ip/$mask" dev $interface\nexit 0\n',
    {
      mode: 0o755,
    },
  );
  const output = await lab.network.run("udhcpc", ["-i", device, "-f", "-n", "-q", "-t", "6", "-T", "2", "-s", script, ...more], {
    namespace,
  });
  return new Map(output.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

describe("behind dhcrelay, three namespaces in a row", { skip }, () => {
  let relay: string;
  let ports = 0;

  /** A machine whose only network card is on the far side of the relay. */
  async function farMachine(): Promise<{ namespace: string; device: string }> {
    const { namespace } = lab.network.client();
    const [inside, device] = [`far${++ports}`, "far"];
    const port = ["link", "add", inside, "address", portAddress(ports), "type", "veth", "peer", "name", device, "netns", namespace];
    await lab.network.run("ip", port, { namespace: relay });
    await lab.network.run("ip", ["link", "set", inside, "master", "hall", "up"], { namespace: relay });
    await lab.network.run("ip", ["link", "set", "eth0", "down"], { namespace });
    await lab.network.run("ip", ["link", "set", device, "up"], { namespace });
    return { namespace, device };
  }

  before(async () => {
    lab = await startTestDaemon({ settings });
    ({ namespace: relay } = lab.network.client());
    const inRelay = (command: string, ...args: string[]) => lab.network.run(command, args, { namespace: relay });
    await inRelay("ip", "address", "add", `${RELAY}/16`, "dev", "eth0");
    await inRelay("ip", "link", "add", "hall", "type", "bridge", "forward_delay", "0");
    await inRelay("ip", "address", "add", `${FAR}/24`, "dev", "hall");
    await inRelay("ip", "link", "set", "hall", "up");
    await inRelay("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward");
    await lab.network.run("ip", ["route", "add", "10.80.0.0/24", "via", RELAY]);
    // With -a, dhcrelay adds option 82 and removes it from the answers.
    lab.network.spawn("dhcrelay", ["-4", "-d", "--no-pid", "-a", "-id", "hall", "-iu", "eth0", lab.network.address], {
      namespace: relay,
      stdio: "ignore",
    });
  });
  after(() => lab.stop());

  test("a machine gets an address, router, name server and options of its own subnet", async () => {
    const { namespace, device } = await farMachine();
    const given = await udhcpc(namespace, device, "-O", "ntpsrv", "-O", "search", "-O", "121");
    assert.match(given.get("ip") ?? "", /^10\.80\.0\.1\d$/);
    assert.equal(given.get("mask"), "24");
    assert.equal(given.get("router"), FAR);
    assert.equal(given.get("dns"), FAR);
    assert.equal(given.get("ntpsrv"), FAR);
    assert.equal(given.get("search"), "far.internal");
    assert.equal(given.get("staticroutes"), `10.77.0.0/16 ${FAR} 0.0.0.0/0 ${FAR}`);
    assert.equal(given.get("lease"), "600");
    assert.equal(given.get("serverid"), lab.network.address);
  });

  test("firmware there is sent to the boot file on our TFTP server, which it reaches through the router", async () => {
    const { namespace, device } = await farMachine();
    const firmware = ["-V", "PXEClient:Arch:00000:UNDI:002001", "-x", "0x5d:0000", "-x", "0x5e:010201"];
    const given = await udhcpc(namespace, device, ...firmware);
    assert.equal(given.get("boot_file"), "undionly.kpxe");
    assert.equal(given.get("siaddr"), lab.network.address);
    await lab.network.run("ip", ["route", "add", "default", "via", FAR], { namespace });
    const loader = join(lab.folder, "far-loader");
    await lab.network.run("curl", ["-sSf", "-m", "20", "-o", loader, `tftp://${given.get("siaddr")}/undionly.kpxe`], { namespace });
    assert.ok(existsSync(loader));
  });

  test("a machine keeps its address, two machines have two, and our own wire has its own range", async () => {
    const one = await farMachine();
    const two = await farMachine();
    const first = (await udhcpc(one.namespace, one.device)).get("ip");
    assert.equal((await udhcpc(one.namespace, one.device)).get("ip"), first);
    assert.notEqual((await udhcpc(two.namespace, two.device)).get("ip"), first);
    const near = lab.network.client();
    assert.match((await udhcpc(near.namespace, near.device)).get("ip") ?? "", /^10\.77\.1\.\d+$/);
  });

  test("the relay's option comes back as it went, and no packet of ours is malformed", async () => {
    const file = join(lab.folder, "relay.pcap");
    const stop = await startCapture(lab.network, "br0", file, "udp port 67");
    const { namespace, device } = await farMachine();
    await udhcpc(namespace, device);
    const lines = await stop("dhcp.type", "dhcp.option.agent_information_option.agent_circuit_id", "_ws.malformed");
    const circuits = lines.map(([, circuit]) => circuit);
    assert.ok(lines.length >= 4, `a whole exchange was seen: ${lines.length}`);
    assert.equal(new Set(circuits).size, 1, "every question and answer carries the same circuit");
    assert.notEqual(circuits[0], "");
    assert.ok(lines.every(([, , malformed]) => (malformed ?? "") === ""));
  });
});

describe("addresses in use by other machines", { skip }, () => {
  const range = { from: "10.77.1.1", to: "10.77.1.250" };

  before(async () => {
    lab = await startTestDaemon({ settings: { netboot: { check_other_servers: false, range } } });
  });
  after(() => lab.stop());

  test("an address that answers on the wire is set aside, and the machine gets the next one", async () => {
    const squatter = lab.network.client();
    await lab.network.run("ip", ["address", "add", "10.77.1.1/16", "dev", squatter.device], { namespace: squatter.namespace });
    const { namespace, device } = lab.network.client();
    assert.equal((await udhcpc(namespace, device)).get("ip"), "10.77.1.2");
  });

  test("with its database lost the server hands out no address that is in use", async () => {
    const before = lab.network.client();
    const held = (await udhcpc(before.namespace, before.device)).get("ip");
    assert.ok(held);
    await lab.daemon.stop();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(lab.daemon.dataDir, `muster.db${suffix}`), { force: true });
    lab.daemon = await startDaemon(lab.network, {
      folder: lab.folder,
      dataDir: lab.daemon.dataDir,
      dhcp: "full",
      mirror: `http://${lab.network.address}/debian`,
      settings: { netboot: { check_other_servers: false, range } },
      flags: ["--new-database"],
    });
    const stranger = lab.network.client();
    const given = (await udhcpc(stranger.namespace, stranger.device)).get("ip");
    assert.ok(given !== undefined && given !== held && given !== "10.77.1.1" && given !== "10.77.1.2", `was given ${given}`);
    // A machine that already had the address keeps it.
    assert.equal((await udhcpc(before.namespace, before.device, "-r", held)).get("ip"), held);
  });
});

describe("a router that answers ARP requests for every address", { skip }, () => {
  const range = { from: "10.77.1.1", to: "10.77.1.250" };

  before(async () => {
    lab = await startTestDaemon({ settings: { netboot: { check_other_servers: false, range } } });
    const { namespace } = lab.network.client();
    const commands = [
      // Its netmask is narrower than the network, so it routes the addresses of the range elsewhere.
      "ip address add 10.77.0.254/24 dev eth0",
      "ip link add out type veth peer name far",
      "ip link set out up && ip link set far up",
      "ip address add 192.0.2.1/24 dev out",
      "ip route add default via 192.0.2.2",
      "echo 1 >/proc/sys/net/ipv4/ip_forward",
      "echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp",
      "echo 0 >/proc/sys/net/ipv4/neigh/eth0/proxy_delay",
    ];
    for (const command of commands) await lab.network.run("sh", ["-c", command], { namespace });
  });
  after(() => lab.stop());

  test("machines still get addresses, none stays set aside, and the log and the network name the router once", async () => {
    for (let machines = 0; machines < 3; machines++) {
      const { namespace, device } = lab.network.client();
      assert.match((await udhcpc(namespace, device)).get("ip") ?? "", /^10\.77\.1\.\d+$/);
    }
    const key = lab.daemon.createKey("reader", "viewer");
    const leases = JSON.parse(lab.daemon.muster("--key", key, "--json", "leases")) as { leases: { state: string }[] };
    assert.ok(leases.leases.filter(({ state }) => state === "conflict").length < 6, JSON.stringify(leases.leases));
    assert.equal(lab.daemon.log().split("one neighbour answers ARP requests for many").length, 2);
    const shown = () => lab.daemon.muster("--key", key, "leases");
    assert.equal(shown().split("answers ARP requests for many addresses").length, 2);
    await until("the addresses that the router seemed to use are given back", () => !/\bconflict\b/.test(shown()), 500);
  });
});
