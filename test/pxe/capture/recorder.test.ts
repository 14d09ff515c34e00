import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pcapHeader } from "../../../pxe/capture/pcap.ts";
import { Recorder } from "../../../pxe/capture/recorder.ts";
import { CaptureRings, readRing } from "../../../pxe/capture/rings.ts";
import { ipBytes } from "../../../pxe/dhcp/message/address.ts";
import { encode } from "../../../pxe/dhcp/message/packet.ts";
import { startDhcpServer } from "../../../pxe/dhcp/server.ts";
import { startBootHttpServer } from "../../../pxe/http/server.ts";
import { startTftpServer } from "../../../pxe/tftp/server.ts";
import { capture } from "../../support/dhcp/captures.ts";
import { server as identity, message } from "../../support/dhcp/dhcp.ts";
import { silentLog as log } from "../../support/log.ts";
import { until } from "../../support/until.ts";

const key = "0123456789abcdef0123456789abcdef";
const tshark = spawnSync("tshark", ["--version"]).status === 0 ? false : "tshark is not installed";
const biosMac = message("ipxe-bios-discover").mac;

/** All three servers with one shared recorder, on this machine's own network. */
async function startServers(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "muster-capture-"));
  const assets = join(folder, "assets");
  mkdirSync(join(assets, "ipxe"), { recursive: true });
  writeFileSync(join(assets, "ipxe/undionly.kpxe"), Buffer.alloc(3000, 7));
  const captures = join(folder, "captures");
  const rings = new CaptureRings(captures);
  rings.open();
  const tap = new Recorder({ rings, address: "127.0.0.1", macAt: (address) => (address === "127.0.0.1" ? biosMac : undefined), log });
  const source = {
    dhcpPlan: () => ({ netboot: true, reason: "n1 is discovered" }) as const,
    respond: () => ({ status: 200, contentType: "text/plain", body: `#!ipxe\n# ${key}\n` }) as const,
    record: () => undefined,
  };
  const any = { address: "127.0.0.1", port: 0 };
  const dhcp = await startDhcpServer({
    mode: { kind: "proxy" },
    identity: { ...identity, address: "127.0.0.1" },
    dhcp: any,
    bootServer: any,
    source,
    together: (work) => work(),
    tap,
    log,
  });
  const tftp = await startTftpServer({ root: join(assets, "ipxe"), ...any, record: () => undefined, tap, log });
  const http = await startBootHttpServer({ host: "127.0.0.1", port: 0, assetsRoot: assets, source, tap, log });
  t.after(async () => {
    await Promise.all([dhcp.close(), tftp.close(), http.close()]);
    tap.close();
    rmSync(folder, { recursive: true });
  });
  const pcapOf = (mac: string) => {
    tap.close();
    const file = join(folder, "boot.pcap");
    writeFileSync(file, Buffer.concat([pcapHeader(), ...readRing(captures, mac).map(({ bytes }) => bytes)]));
    return file;
  };
  const packets = (mac: string) => {
    tap.close();
    return readRing(captures, mac).length;
  };
  return { dhcp, tftp, http, pcapOf, packets };
}

async function clientSocket(t: TestContext) {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  return socket;
}

/** Acts like a machine: DISCOVER, the request on port 4011, a file by TFTP, scripts and answers by HTTP. */
async function boot(t: TestContext, { dhcp, tftp, http, packets }: Awaited<ReturnType<typeof startServers>>) {
  const socket = await clientSocket(t);
  // A relay's message is answered to the relay, so nothing leaves this machine.
  socket.send(encode(message("ipxe-bios-discover", { relay: "127.0.0.1" }), 1472), dhcp.dhcpPort, "127.0.0.1");
  // The answer goes to the relay port.
  await until("the answer is captured", () => packets(biosMac) >= 2);
  const asked = message("ipxe-bios-request", { type: 3, set: [[54, ipBytes("127.0.0.1")]] });
  socket.send(encode(asked, 1472), dhcp.bootServerPort, "127.0.0.1");
  await once(socket, "message");
  const read = Buffer.from("\0\u0001undionly.kpxe\0octet\0blksize\u00001468\0tsize\u00000\0", "latin1");
  socket.send(read, tftp.port, "127.0.0.1");
  for (let block = 0; block <= 3; block++) {
    const [, from] = (await once(socket, "message")) as [Buffer, { port: number }];
    socket.send(Uint8Array.of(0, 4, 0, block), from.port, "127.0.0.1");
  }
  const another = await clientSocket(t);
  another.send(Buffer.from("\0\u0001none\0octet\0", "latin1"), tftp.port, "127.0.0.1");
  await once(another, "message");
  const url = `http://127.0.0.1:${http.port}`;
  for (const path of ["/boot.ipxe?mac=52:54:00:12:34:56", `/preseed/${key}/preseed.cfg`, `//%70rogress/${key}/start?detail=${key}`])
    await (await fetch(url + path, { headers: { authorization: `Bearer ${key}`, referer: `${url}/preseed/${key}/x` } })).text();
  await sleep(60);
}

function dissect(file: string, args: string[]): string[] {
  const { stdout, stderr, status } = spawnSync("tshark", ["-n", "-r", file, ...args], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.split("\n").filter(Boolean);
}

test("tshark reads a machine's boot out of our own traffic, and finds nothing malformed", { skip: tshark }, async (t) => {
  const servers = await startServers(t);
  await boot(t, servers);
  const file = servers.pcapOf(biosMac);
  const http = ["-d", `tcp.port==${servers.http.port},http`];
  const decodeAs = [...http, "-d", `udp.port==${servers.dhcp.dhcpPort},dhcp`, "-d", `udp.port==${servers.dhcp.bootServerPort},dhcp`];
  const asTftp = ["-d", `udp.port==${servers.tftp.port},tftp`];
  const checked = ["ip.check_checksum", "udp.check_checksum", "tcp.check_checksum"].flatMap((name) => ["-o", `${name}:TRUE`]);
  const all = [...decodeAs, ...asTftp, ...checked];
  const faults = "_ws.malformed || tcp.analysis.flags || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0";
  assert.deepEqual(dissect(file, [...all, "-Y", faults]), []);

  const types = dissect(file, [...all, "-Y", "dhcp", "-T", "fields", "-e", "dhcp.option.dhcp", "-e", "dhcp.hw.mac_addr"]);
  assert.deepEqual(
    types.map((line) => line.split("\t").map((field) => field.split(",")[0])),
    [
      ["1", biosMac],
      ["2", biosMac],
      ["3", biosMac],
      ["5", biosMac],
    ],
  );
  const steps = dissect(file, [
    ...all,
    "-Y",
    "tftp",
    "-T",
    "fields",
    "-e",
    "tftp.opcode",
    "-e",
    "tftp.source_file",
    "-e",
    "tftp.error.code",
  ]);
  assert.deepEqual(
    steps.map((line) => line.split("\t").map((field) => field.split(",")[0] ?? "")),
    [
      ["1", "undionly.kpxe", ""],
      ["6", "", ""],
      ["4", "", ""],
      ["4", "", ""],
      ["1", "none", ""],
      ["5", "", "1"],
    ],
  );
  const asked = dissect(file, [...all, "-Y", "http.request", "-T", "fields", "-e", "http.request.uri"]);
  const hidden = "x".repeat(32);
  assert.deepEqual(asked, [
    "/boot.ipxe?mac=52%3A54%3A00%3A12%3A34%3A56",
    `/preseed/${hidden}/preseed.cfg`,
    `/progress/${hidden}/start?detail=${hidden}`,
  ]);
});

test("no install key is in a capture, however it was asked with", async (t) => {
  const servers = await startServers(t);
  await boot(t, servers);
  const bytes = readFileSync(servers.pcapOf(biosMac));
  assert.ok(bytes.includes("/preseed/xxxx"), "the request is there");
  assert.ok(!bytes.includes(key) && !bytes.includes(key.toUpperCase()), "the key is not");
});

test("no file is in a capture", async (t) => {
  const servers = await startServers(t);
  await boot(t, servers);
  assert.ok(!readFileSync(servers.pcapOf(biosMac)).includes(Buffer.alloc(64, 7)));
});

test("a machine that does not boot leaves no capture; a machine that booted is followed into its installer", async (t) => {
  const servers = await startServers(t);
  const { packets } = servers;
  const socket = await clientSocket(t);
  const send = async (bytes: Uint8Array) => {
    socket.send(bytes, servers.dhcp.dhcpPort, "127.0.0.1");
    await sleep(60);
  };
  const plain = encode(message("uefi-pxe-discover", { relay: "127.0.0.1", set: [[93, undefined], [60, undefined]] }), 1472); // biome-ignore format: one message
  const mac = message("uefi-pxe-discover").mac;
  await send(plain);
  assert.equal(packets(mac), 0);
  await send(encode(message("uefi-pxe-discover", { relay: "127.0.0.1" }), 1472));
  await until("the question and its answer are captured", () => packets(mac) >= 2);
  const booted = packets(mac);
  await send(plain);
  await until("the installer's question is captured", () => packets(mac) > booted);
});

test("whatever arrives, a recorder goes on", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "muster-capture-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const rings = new CaptureRings(folder);
  rings.open();
  const tap = new Recorder({ rings, address: "10.0.0.2", macAt: () => undefined, log });
  const whole = capture("uefi-pxe-discover");
  const remote = { address: "0.0.0.0", port: 68 };
  for (let length = 0; length <= whole.length; length++)
    tap.datagram({ protocol: "dhcp", direction: "in", port: 67, remote, bytes: whole.subarray(0, length) });
  tap.datagram({ protocol: "dhcp", direction: "in", port: 67, remote, bytes: Buffer.alloc(60_000, 1) });
  tap.datagram({ protocol: "tftp", direction: "in", port: 69, remote, bytes: Buffer.of() });
  tap.close();
  const kept = readRing(folder, message("uefi-pxe-discover").mac);
  assert.deepEqual(kept.at(-1)?.packet.subarray(28), whole);
});
