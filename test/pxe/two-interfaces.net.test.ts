/**
 * One daemon between two LANs: each is served as if it were the only one, and no information passes between
 * them.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { MUSTER } from "../../scripts/lab/daemon.ts";
import { LAN_SERVER, startLanDhcp } from "../../scripts/lab/lan.ts";
import { type LabNetwork, noNetwork } from "../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../support/daemon.ts";
import { addSecondLan, asFirmware, asIpxe, type Client, type Lan, SECOND, twoLans, udhcpc } from "../support/dhcp/two-lans.ts";
import { startCapture } from "../support/network/packet-capture.ts";
import { until } from "../support/until.ts";

const programs = ["/usr/sbin/udhcpc", "/usr/sbin/dhclient", "/usr/bin/curl", "/usr/bin/tshark", "/usr/sbin/dnsmasq"];
const missing = programs.find((program) => !existsSync(program));
const skip = noNetwork || (missing ? `${missing} is not installed` : false);
if (skip) console.log(`skipped: ${skip}`);

const first = { interface: "br0", dhcp: "full", range: { from: "10.77.1.1", to: "10.77.1.250" } };
const second = { interface: SECOND.device, dhcp: "full", range: { from: "10.88.0.100", to: "10.88.0.199" }, domain: "second.internal" };
/** Removes the lab's own single interface from the settings. */
const listed = (...interfaces: object[]) => ({ netboot: { interface: undefined, dhcp: undefined, range: undefined, interfaces } });
const ranges = { br0: /^10\.77\.1\.\d+$/, [SECOND.device]: /^10\.88\.0\.1\d\d$/ };

let lab: TestDaemon;
let lans: [Lan, Lan];

const ask = (client: Client, ...more: string[]) => udhcpc(lab.network, lab.folder, client, ...more);
const fetch = ({ namespace }: Client, url: string) => lab.network.run("curl", ["-sSf", "-m", "20", url], { namespace });

async function start(interfaces: object[], before: (network: LabNetwork) => Promise<void> = async () => undefined): Promise<void> {
  lab = await startTestDaemon({
    settings: listed(...interfaces),
    before: async (network) => {
      await addSecondLan(network);
      await before(network);
    },
  });
  lans = twoLans(lab.network);
  await until("netboot serves both", () => lab.daemon.log().split('"netboot serves"').length >= 3);
}

/** Captures packets on a LAN (DHCP by default) until the returned function is called. */
async function listenOn(device: string, filter = "udp port 67"): Promise<() => Promise<string[]>> {
  const file = join(lab.folder, `${device}-${Date.now()}.pcap`);
  const stop = await startCapture(lab.network, device, file, filter);
  return async () => {
    const packets = await stop("ip.src", "ip.dst", "dhcp.option.dhcp", "dhcp.ip.your", "dhcp.ip.server", "dhcp.file");
    return packets.map((fields) => fields.join("\t"));
  };
}

describe("full mode on both", { skip }, () => {
  before(async () => {
    await start([first, second]);
  });
  after(() => lab.stop());

  test("a machine of each LAN gets an address, router and name server there, from our address there", async () => {
    for (const lan of lans) {
      const given = await ask(await lan.client());
      assert.match(given.get("ip") ?? "", ranges[lan.device] ?? /^$/);
      for (const name of ["serverid", "router", "dns"]) assert.equal(given.get(name), lan.address, `${name} on ${lan.device}`);
      assert.equal(given.get("domain"), lan.device === "br0" ? "muster.internal" : "second.internal");
    }
  });

  test("ISC's dhclient gets its lease on the second LAN from our address there", async () => {
    const { namespace } = await lans[1].client();
    const leases = join(lab.folder, "second.leases");
    const options = ["-4", "-1", "-d", "-sf", "/bin/true", "-lf", leases, "-pf", join(lab.folder, "second.pid"), "eth0"];
    await lab.network.run("sh", ["-c", 'timeout 8 dhclient "$@"; exit 0', "sh", ...options], { namespace });
    const lease = readFileSync(leases, "utf8");
    assert.match(lease, /fixed-address 10\.88\.0\.1\d\d;/);
    assert.match(lease, /option dhcp-server-identifier 10\.88\.0\.1;/);
  });

  test("firmware and iPXE on each are sent to our address there, and TFTP and HTTP answer at it", async () => {
    for (const lan of lans) {
      const client = await lan.client();
      const firmware = await ask(client, ...asFirmware);
      assert.deepEqual([firmware.get("siaddr"), firmware.get("boot_file")], [lan.address, "undionly.kpxe"]);
      const loader = join(lab.folder, `loader-${lan.device}`);
      const { namespace } = client;
      await lab.network.run("curl", ["-sSf", "-m", "20", "-o", loader, `tftp://${lan.address}/undionly.kpxe`], { namespace });
      assert.deepEqual(readFileSync(loader), lab.loader);
      const script = (await ask(client, ...asIpxe)).get("boot_file");
      assert.equal(script, `http://${lan.address}:8080/boot.ipxe`);
      assert.match(await fetch(client, script), new RegExp(`http://${lan.address}:8080/boot\\.ipxe\\?`));
      await lab.network.run("curl", ["-sSf", "-m", "20", "-o", loader, `http://${lan.address}:8080/assets/ipxe/snponly.efi`], {
        namespace,
      });
      assert.deepEqual(readFileSync(loader), lab.loader);
    }
  });

  test("an armed machine's installer, answers and call-home are all at our address on its own LAN", async () => {
    for (const file of ["debian-installer/13/amd64/linux", "debian-installer/13/amd64/initrd.gz"]) {
      const path = join(lab.daemon.dataDir, "assets", file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, "x");
    }
    const { muster, createKey } = lab.daemon;
    const key = createKey("tester");
    const command = (...args: string[]) => muster("--key", key, ...args);
    for (const [index, lan] of lans.entries()) {
      const client = await lan.client();
      const given = await ask(client, ...asIpxe);
      const { namespace, device } = client;
      const mac = (await lab.network.run("cat", [`/sys/class/net/${device}/address`], { namespace })).trim();
      command("accept", mac, "--name", `machine${index}`);
      command("arm", `machine${index}`, "--profile", "preseed");
      const script = await fetch(client, `${given.get("boot_file")}?mac=${mac}&platform=pcbios`);
      const answers = /url=(\S+)/.exec(script)?.[1] ?? assert.fail(script);
      const finish = await fetch(client, answers.replace("preseed.cfg", "finish.sh"));
      const said = `${script}\n${await fetch(client, answers)}\n${finish}`;
      const hosts = new Set([...said.matchAll(/http:\/\/(10\.(?:77|88)\.0\.1):(8000|8080)/g)].map(([, host, port]) => `${host}:${port}`));
      assert.deepEqual([...hosts].sort(), [`${lan.address}:8000`, `${lan.address}:8080`], `on ${lan.device}`);
      const explained = JSON.parse(command("--json", "explain", mac)) as { dhcp: { rules: { rule: string; outcome: string }[] } };
      const where = explained.dhcp.rules.find(({ rule }) => rule === "interface")?.outcome;
      assert.equal(where, `${lan.device}, where we are ${lan.address}`);
    }
    const strange = "52:54:00:99:99:99";
    assert.match(command("explain", strange, "--arch", "16", "--interface", SECOND.device), /http:\/\/10\.88\.0\.1:8080\/assets\/ipxe\//);
    assert.throws(() => command("explain", strange, "--interface", "eth9"), /machines do not boot from eth9; they boot from: br0, br1/);
    const { interfaces } = JSON.parse(await fetchStatus(key)) as { interfaces: object[] };
    assert.deepEqual(
      interfaces,
      lans.map(({ device, address }) => ({ interface: device, address, dhcp: "full" })),
    );
  });

  const fetchStatus = (key: string) =>
    lab.network.run("curl", ["-sSf", "-m", "20", "-H", `Authorization: Bearer ${key}`, "http://127.0.0.1:8000/api/status"]);

  test("a request on one LAN is never seen on the other", async () => {
    for (const [here, there] of [lans, lans.toReversed()] as [Lan, Lan][]) {
      const stop = await listenOn(there.device);
      assert.match((await ask(await here.client(), ...asFirmware)).get("ip") ?? "", ranges[here.device] ?? /^$/);
      assert.deepEqual(await stop(), [], `${there.device} heard of ${here.device}`);
    }
  });

  test("a machine is woken on both LANs, because its LAN is unknown", async () => {
    const stops = [await listenOn("br0", "udp port 9"), await listenOn(SECOND.device, "udp port 9")];
    const { muster, createKey } = lab.daemon;
    const said = muster("--key", createKey("waker"), "wake", "machine1");
    assert.match(said, /on br0, br1/);
    const heard = await Promise.all(stops.map((stop) => stop()));
    assert.deepEqual(
      heard.map((lines) => lines.map((text) => text.split("\t").slice(0, 2))),
      [[[lans[0].address, "10.77.255.255"]], [[lans[1].address, "10.88.0.255"]]],
    );
  });

  test("a machine that is moved to the other LAN and wants its old address gets one of its new LAN", async () => {
    const client = await lans[0].client();
    const { namespace } = client;
    const old = (await ask(client)).get("ip") ?? assert.fail("no address");
    const mac = (await lab.network.run("cat", ["/sys/class/net/eth0/address"], { namespace })).trim();
    await lab.network.run("ip", ["link", "delete", "eth0"], { namespace });
    const moved = await lans[1].client();
    await lab.network.run("ip", ["link", "set", "eth0", "address", mac], { namespace: moved.namespace });
    assert.match((await ask(moved, "-r", old)).get("ip") ?? "", /^10\.88\.0\.1\d\d$/);
  });
});

describe("next to another DHCP server on the first LAN", { skip }, () => {
  const doctor = async () => {
    const place = ["--config", join(lab.folder, "muster.yaml"), "--data", lab.daemon.dataDir];
    const said = await lab.network.run("sh", ["-c", '"$@"; true', "sh", MUSTER, "--json", "doctor", ...place]);
    return JSON.parse(said) as { name: string; ok: boolean; detail: string }[];
  };

  test("full mode is held back there, named with its interface, and hands out addresses on the second LAN", async () => {
    await start([first, second], startLanDhcp);
    try {
      await until("the other server is found", () => lab.daemon.log().includes("OTHER_DHCP_SERVER"));
      assert.match(lab.daemon.log(), new RegExp(`${LAN_SERVER} already answers DHCP on br0`));
      assert.doesNotMatch(lab.daemon.log(), /answers DHCP on br1/);
      assert.match((await ask(await lans[1].client())).get("ip") ?? "", /^10\.88\.0\.1\d\d$/);
      assert.equal((await ask(await lans[0].client())).get("serverid"), LAN_SERVER);
      assert.match(await fetch(await addressed(lans[0]), `http://${lans[0].address}:8080/boot.ipxe`), /^#!ipxe/);
      await lab.daemon.stop();
      const checks = await doctor();
      const found = (name: string) => checks.find((check) => check.name === name);
      assert.deepEqual(
        [found("other DHCP servers on br0")?.ok, found("other DHCP servers on br1")],
        [false, { name: "other DHCP servers on br1", ok: true, detail: "none answered" }],
      );
      assert.equal(found("boot network br1")?.detail, "br1 10.88.0.1 (10.88.0.0/24), DHCP full");
      assert.equal(found("DHCP ports 67 and 4011 on br1")?.ok, true);
    } finally {
      await lab.stop();
    }
  });

  test("proxy mode there names boot files and no addresses, while the second LAN is leased", async () => {
    await start([{ interface: "br0", dhcp: "proxy" }, second], startLanDhcp);
    try {
      const stop = await listenOn("br0");
      assert.equal((await ask(await lans[0].client())).get("serverid"), LAN_SERVER);
      // udhcpc is not firmware, so it may wait in vain: the proxy's offer has no address.
      await ask(await lans[0].client(), ...asFirmware).catch(() => undefined);
      const ours = (await stop()).filter((line) => line.startsWith(lans[0].address));
      const offer = [lans[0].address, "255.255.255.255", "2", "0.0.0.0", lans[0].address, "undionly.kpxe"].join("\t");
      assert.deepEqual([...new Set(ours)], [offer], "boot files are all we name there");
      const given = await ask(await lans[1].client(), ...asFirmware);
      assert.match(given.get("ip") ?? "", /^10\.88\.0\.1\d\d$/);
      assert.deepEqual([given.get("siaddr"), given.get("boot_file")], [SECOND.address, "undionly.kpxe"]);
    } finally {
      await lab.stop();
    }
  });

  async function addressed(lan: Lan): Promise<Client> {
    const client = await lan.client();
    await ask(client);
    return client;
  }
});
