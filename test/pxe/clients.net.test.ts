/** DHCP and TFTP clients of other projects against the whole daemon, each in its own network namespace. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MUSTER } from "../../scripts/lab/daemon.ts";
import { LAN_SERVER, startLanDhcp } from "../../scripts/lab/lan.ts";
import { noNetwork } from "../../scripts/lab/network.ts";
import { startTestDaemon, type TestDaemon } from "../support/daemon.ts";

const programs = [
  "/usr/sbin/dhclient",
  "/usr/sbin/udhcpc",
  "/usr/bin/nmap",
  "/usr/bin/curl",
  "/usr/bin/atftp",
  "/usr/bin/tftp",
  "/usr/sbin/dnsmasq",
];
const missing = programs.find((program) => !existsSync(program));
const skip = noNetwork || (missing ? `${missing} is not installed` : false);

const MAC = "52:54:00:0c:00:01";
/** Options that firmware sends and an operating system does not: 60, 93, 94 and 97. */
const biosFirmware = ["-V", "PXEClient:Arch:00000:UNDI:002001", "-x", "0x5d:0000", "-x", "0x5e:010201"];
const asIpxe = ["-x", `0x4d:${Buffer.from("iPXE").toString("hex")}`];

let lab: TestDaemon;

/** Returns the NAME=value lines that the client's script receives. */
async function udhcpc(namespace: string, ...more: string[]): Promise<Map<string, string>> {
  const script = join(lab.folder, "print");
  writeFileSync(script, '#!/bin/sh\n[ "$1" = bound ] && env && ip address flush dev eth0 && ip address add "$ip/$mask" dev eth0\nexit 0\n');
  chmodSync(script, 0o755);
  const output = await lab.network.run("udhcpc", ["-i", "eth0", "-f", "-n", "-q", "-t", "5", "-T", "2", "-s", script, ...more], {
    namespace,
  });
  return new Map(output.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

async function dhclient(namespace: string, name: string): Promise<string> {
  const leases = join(lab.folder, `${name}.leases`);
  const config = join(lab.folder, "dhclient.conf");
  writeFileSync(config, "request subnet-mask, routers, domain-name-servers, domain-name, dhcp-server-identifier;\n");
  const options = ["-4", "-1", "-d", "-sf", "/bin/true", "-cf", config, "-lf", leases, "-pf", join(lab.folder, `${name}.pid`)];
  // With -d it stays in the foreground once it is bound; the time limit ends it.
  await lab.network.run("sh", ["-c", 'timeout 8 dhclient "$@"; exit 0', "sh", ...options, "eth0"], { namespace });
  return readFileSync(leases, "utf8");
}

const inRange = (address: string | undefined) => {
  assert.match(address ?? "", /^10\.77\.1\.\d+$/);
  return address;
};

describe("full mode", { skip }, () => {
  before(async () => {
    lab = await startTestDaemon();
  });
  after(() => lab.stop());

  test("udhcpc as a running system gets an address, a router and a name server, and nothing to boot", async () => {
    const { namespace } = lab.network.client();
    const given = await udhcpc(namespace, "-O", "66", "-O", "67");
    inRange(given.get("ip"));
    assert.equal(given.get("mask"), "16");
    assert.equal(given.get("router"), lab.network.address);
    assert.equal(given.get("dns"), lab.network.address);
    assert.equal(given.get("lease"), "43200");
    assert.equal(given.get("serverid"), lab.network.address);
    assert.equal(given.get("boot_file"), undefined);
  });

  test("udhcpc saying what BIOS firmware says is sent to undionly.kpxe on our TFTP server", async () => {
    const { namespace } = lab.network.client();
    const given = await udhcpc(namespace, ...biosFirmware);
    assert.equal(given.get("boot_file"), "undionly.kpxe");
    assert.equal(given.get("siaddr"), lab.network.address);
  });

  test("udhcpc saying what iPXE says is sent to the script", async () => {
    const { namespace } = lab.network.client();
    const given = await udhcpc(namespace, ...biosFirmware, ...asIpxe);
    assert.equal(given.get("boot_file"), `http://${lab.network.address}:8080/boot.ipxe`);
  });

  test("firmware, iPXE, udhcpc without an identifier and dhclient on one card get one address", async () => {
    const { namespace } = lab.network.client(MAC);
    const firmware = inRange((await udhcpc(namespace, "-C", ...biosFirmware)).get("ip"));
    assert.equal((await udhcpc(namespace, ...biosFirmware, ...asIpxe)).get("ip"), firmware);
    assert.equal((await udhcpc(namespace, "-C")).get("ip"), firmware);
    const lease = await dhclient(namespace, "one");
    assert.match(lease, new RegExp(`fixed-address ${firmware};`));
    assert.match(lease, /option subnet-mask 255\.255\.0\.0;/);
    assert.match(lease, /option dhcp-lease-time 43200;/);
    assert.match(lease, /option domain-name "muster\.internal";/);
    assert.match(lease, new RegExp(`option dhcp-server-identifier ${lab.network.address};`));
  });

  test("dhclient coming back after a reboot keeps its address", async () => {
    const { namespace } = lab.network.client();
    const first = /fixed-address (\S+);/.exec(await dhclient(namespace, "back"))?.[1];
    inRange(first);
    const again = [...(await dhclient(namespace, "back")).matchAll(/fixed-address (\S+);/g)];
    assert(again.length >= 2, "the second run got a lease of its own");
    assert.equal(again.at(-1)?.[1], first);
  });

  test("nmap's broadcast-dhcp-discover sees our offer and no other", async () => {
    const { namespace } = lab.network.client();
    await udhcpc(namespace); // nmap uses only network cards with an address
    const said = await lab.network.run("nmap", ["--script", "broadcast-dhcp-discover", "-e", "eth0"], { namespace });
    assert.match(said, /DHCP Message Type: DHCPOFFER/);
    assert.match(said, /IP Offered: 10\.77\.1\.\d+/);
    assert.deepEqual(
      [...said.matchAll(/Server Identifier: (\S+)/g)].map(([, server]) => server),
      [lab.network.address],
    );
  });

  describe("TFTP", () => {
    let namespace: string;
    let place: string;
    const file = (name: string) => join(place, name);
    const run = (command: string, args: string[]) => lab.network.run(command, args, { namespace, cwd: place });

    before(async () => {
      ({ namespace } = lab.network.client());
      await udhcpc(namespace);
      place = join(lab.folder, "downloads");
      mkdirSync(place);
    });

    for (const size of ["512", "1428", "8192"]) {
      test(`curl gets the loader in blocks of ${size}`, async () => {
        await run("curl", [
          "-sSf",
          "-m",
          "20",
          "--tftp-blksize",
          size,
          "-o",
          file(`curl-${size}`),
          `tftp://${lab.network.address}/undionly.kpxe`,
        ]);
        assert.deepEqual(readFileSync(file(`curl-${size}`)), lab.loader);
      });
    }

    test("atftp gets the loader, with and without options", async () => {
      for (const [name, options] of [
        ["plain", []],
        ["blksize", ["--option", "blksize 1428"]],
        ["windowsize", ["--option", "blksize 1428", "--option", "windowsize 8"]],
      ] as const) {
        await run("atftp", ["--get", ...options, "-r", "undionly.kpxe", "-l", file(`atftp-${name}`), lab.network.address]);
        assert.deepEqual(readFileSync(file(`atftp-${name}`)), lab.loader, name);
      }
    });

    test("tftp-hpa gets the loader", async () => {
      await run("tftp", ["-m", "binary", lab.network.address, "-c", "get", "undionly.kpxe"]);
      assert.deepEqual(readFileSync(file("undionly.kpxe")), lab.loader);
    });

    test("a file that is not a boot file is not there, and nothing can be put there", async () => {
      for (const name of ["nothing.kpxe", "../../muster.db", "/etc/hostname"]) {
        await assert.rejects(run("curl", ["-sSf", "-m", "10", "--path-as-is", `tftp://${lab.network.address}/${name}`]), name);
      }
      writeFileSync(file("upload"), "mine now");
      await assert.rejects(run("curl", ["-sS", "-m", "10", "-T", file("upload"), `tftp://${lab.network.address}/undionly.kpxe`]));
      assert.deepEqual(readFileSync(join(lab.daemon.dataDir, "assets/ipxe/undionly.kpxe")), lab.loader);
    });
  });
});

describe("proxy mode next to dnsmasq", { skip }, () => {
  before(async () => {
    lab = await startTestDaemon({ dhcp: "proxy", before: startLanDhcp });
  });
  after(() => lab.stop());

  test("addresses come from dnsmasq alone", async () => {
    const { namespace } = lab.network.client();
    const given = await udhcpc(namespace);
    assert.match(given.get("ip") ?? "", /^10\.77\.2\.\d+$/);
    assert.equal(given.get("serverid"), LAN_SERVER);
    assert.equal(given.get("boot_file"), undefined);
  });

  test("nmap, being no firmware, hears dnsmasq only", async () => {
    const { namespace } = lab.network.client();
    await udhcpc(namespace); // nmap uses only network cards with an address
    const said = await lab.network.run("nmap", ["--script", "broadcast-dhcp-discover", "-e", "eth0"], { namespace });
    assert.deepEqual(
      [...said.matchAll(/Server Identifier: (\S+)/g)].map(([, server]) => server),
      [LAN_SERVER],
    );
  });

  test("in full mode the daemon hands out nothing next to another server, names it, and doctor shows the next step", async () => {
    const other = await startTestDaemon({ before: startLanDhcp });
    try {
      while (!other.daemon.log().includes("OTHER_DHCP_SERVER")) await sleep(200);
      assert.match(other.daemon.log(), new RegExp(`${LAN_SERVER} already answers DHCP on br0`));
      const { namespace } = other.network.client();
      assert.equal((await udhcpc(namespace)).get("serverid"), LAN_SERVER);
      await other.daemon.stop();
      const config = join(other.folder, "muster.yaml");
      const checks = await other.network.run("sh", [
        "-c",
        '"$@"; true',
        "sh",
        MUSTER,
        "--json",
        "doctor",
        "--config",
        config,
        "--data",
        other.daemon.dataDir,
      ]);
      const found = (JSON.parse(checks) as { name: string; ok: boolean; detail: string; advice?: string }[]).find(
        ({ name }) => name === "other DHCP servers",
      );
      assert.equal(found?.ok, false);
      assert.match(found?.detail ?? "", new RegExp(LAN_SERVER));
      assert.match(found?.advice ?? "", /proxy/);
    } finally {
      await other.stop();
    }
  });
});
