/**
 * Every file that DHCP names is served, and suits the machine that asked. The test is in this group because
 * it needs the real boot files.
 */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import type { NodeState, Phase } from "../../daemon/contract/machines/node.ts";
import { BootScript } from "../../daemon/netboot/answers/boot-script.ts";
import { Discovery } from "../../daemon/netboot/answers/discovery.ts";
import { InstallerFiles } from "../../daemon/netboot/answers/installer-files.ts";
import { LoaderFiles } from "../../daemon/netboot/answers/loader-files.ts";
import { EventLimit } from "../../daemon/netboot/event-limit.ts";
import { lintScript } from "../../daemon/netboot/scripts/lint.ts";
import { FleetBootSource } from "../../daemon/netboot/source.ts";
import { machineSeen } from "../../pxe/dhcp/decision/client.ts";
import { architectureTitle, isKnownArchitecture } from "../../pxe/dhcp/decision/firmware.ts";
import { decideFull } from "../../pxe/dhcp/decision/full.ts";
import { decideBootServer, decideProxy } from "../../pxe/dhcp/decision/proxy.ts";
import type { DhcpDecision, ServerIdentity } from "../../pxe/dhcp/decision/reply.ts";
import { MessageType, Option } from "../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, encode } from "../../pxe/dhcp/message/packet.ts";
import { startDhcpServer } from "../../pxe/dhcp/server.ts";
import { startBootHttpServer } from "../../pxe/http/server.ts";
import { startTftpServer } from "../../pxe/tftp/server.ts";
import { defaultCache, prepareAssets } from "../../scripts/lab/assets.ts";
import { contentAt } from "../support/content.ts";
import { message } from "../support/dhcp/dhcp.ts";
import { lan } from "../support/dhcp/dhcp-lan.ts";
import { silentLog as log } from "../support/log.ts";
import { quirkBookOf } from "../support/netboot/quirk-book.ts";
import { addNode, openWorld } from "../support/world.ts";
import { fetchFile, TftpClient } from "./tftp/client.ts";

const assets = join(defaultCache, "assets");
const root = process.getuid?.() === 0;
const skip = root || existsSync(join(assets, "ipxe/snponly.efi")) ? false : "boot files are fetched as root, and none are there";

/** All numbers that IANA has assigned so far, and an unassigned one. */
const architectures = [...Array(42).keys(), 999];
const httpBoot = [15, 16, 18, 19, 20];

const at = new Date().toISOString();
const until = new Date(Date.now() + 3_600_000).toISOString();
const installing = { phase: "installing", profile: "image", startedAt: at, deadline: until, attempts: 1, keyHash: "0".repeat(64) } as const;
const states: Record<Phase, NodeState[]> = {
  discovered: [{ phase: "discovered" }],
  accepted: [{ phase: "accepted" }],
  armed: [
    { phase: "armed", profile: "image", until },
    { phase: "armed", profile: "preseed", until },
  ],
  installing: [installing, { ...installing, stage: "base" }],
  "called-home": [{ phase: "called-home", at, deadline: until }],
  configuring: [{ phase: "configuring", jobId: "j", startedAt: at }],
  ready: [{ phase: "ready", since: at }],
  "install-failed": [{ phase: "install-failed", reason: "r", at }],
  "configure-failed": [{ phase: "configure-failed", reason: "r", at }],
  rescue: [{ phase: "rescue", since: at }],
  wiping: [{ phase: "wiping", disks: "chosen", quick: false, startedAt: at, deadline: until }],
  quarantined: [{ phase: "quarantined", reason: "r", at }],
  retired: [{ phase: "retired", at }],
};

async function startServers() {
  const world = openWorld();
  const { db, nodes, registry, events, tokens } = world;
  let bootUrl = "";
  const content = () => contentAt(bootUrl, "http://127.0.0.1:8000");
  const discovery = new Discovery(db, nodes, registry);
  const quirkBook = quirkBookOf(world);
  const desk = () => {
    const installs = new InstallerFiles({
      db,
      nodes,
      registry,
      events,
      tokens,
      content: content(),
      checkSender: () => "unchecked",
      eventLimit: new EventLimit(),
    });
    return new BootScript({
      ...world,
      discovery,
      content: content(),
      installs,
      quirkBook,
      checkSender: () => "unchecked",
      eventLimit: new EventLimit(),
    });
  };
  const source = () => {
    const loaders = new LoaderFiles(bootUrl);
    return new FleetBootSource({
      eventLimit: new EventLimit(),
      discovery,
      desk: desk(),
      loaders,
      events,
      quirkBook,
      macAt: () => undefined,
      log: pino({ level: "silent" }),
    });
  };
  const asked = {
    ...source(),
    dhcpPlan: () => assert.fail(),
    record: () => undefined,
    respond: (request: Parameters<BootScript["respond"]>[0]) => desk().respond(request),
  };
  const http = await startBootHttpServer({ host: "127.0.0.1", port: 0, assetsRoot: assets, source: asked, log });
  bootUrl = `http://127.0.0.1:${http.port}`;
  const tftp = await startTftpServer({ root: join(assets, "ipxe"), address: "127.0.0.1", port: 0, record: () => undefined, log });
  const server: ServerIdentity = { address: "127.0.0.1", bootUrl, hasBootFile: (name) => existsSync(join(assets, "ipxe", name)) };
  const close = async () => {
    await Promise.all([http.close(), tftp.close()]);
    db.close();
  };
  return { world, server, source: source(), tftpPort: tftp.port, close };
}

function asks(mac: string, arch: number, type: number, userClass?: string): DhcpPacket {
  const kind = httpBoot.includes(arch) ? "HTTPClient" : "PXEClient";
  return message("uefi-pxe-discover", {
    mac,
    type,
    ...(type === MessageType.request && { clientAddress: "10.0.0.10" }),
    set: [
      [Option.vendorClass, Buffer.from(`${kind}:Arch:${String(arch).padStart(5, "0")}:UNDI:003000`)],
      [Option.clientArchitecture, Uint8Array.of(arch >> 8, arch & 255)],
      [Option.userClass, userClass === undefined ? undefined : Buffer.from(userClass)],
    ],
  });
}

/** The file or URL that an answer names, or undefined if there is no answer. */
function advertised(decision: DhcpDecision): string | undefined {
  if (decision.kind !== "reply") return undefined;
  const { bootFile, options } = decision.packet;
  const option = options.get(Option.bootFileName);
  if (option) assert.equal(Buffer.from(option).toString(), bootFile, "header and option 67 say the same");
  return bootFile === "" ? undefined : bootFile;
}

/** IMAGE_FILE_MACHINE of each architecture that runs EFI files. */
const machineType = new Map([
  [6, 0x014c],
  [15, 0x014c],
  [7, 0x8664],
  [9, 0x8664],
  [16, 0x8664],
  [10, 0x01c2],
  [18, 0x01c2],
  [11, 0xaa64],
  [19, 0xaa64],
]);

function assertRuns(arch: number, file: Buffer): void {
  const expected = machineType.get(arch);
  if (expected === undefined) {
    assert.equal(arch, 0, "of the others only BIOS has a boot file");
    assert.equal(file[0], 0xea, "a PXE program begins with a far jump");
    assert.ok(file.length < 500_000, "it fits into a BIOS's memory");
    return;
  }
  assert.equal(file.toString("latin1", 0, 2), "MZ");
  const header = file.readUInt32LE(0x3c);
  assert.equal(file.toString("latin1", header, header + 4), "PE\0\0");
  assert.equal(file.readUInt16LE(header + 4).toString(16), expected.toString(16));
}

const kernelOrInitrd = (start: Buffer): string => {
  if (start.toString("latin1", 0x202, 0x206) === "HdrS") return "kernel";
  if (start.readUInt32BE(0) === 0x28b52ffd || start.readUInt16BE(0) === 0x1f8b || start.toString("latin1", 0, 6) === "070701")
    return "initrd";
  return `neither: ${start.toString("hex", 0, 8)}`;
};

describe("what DHCP advertises", { skip }, () => {
  let servers: Awaited<ReturnType<typeof startServers>>;
  const checked = new Map<string, Promise<Buffer>>();
  before(async () => {
    if (root) await prepareAssets(defaultCache, () => undefined);
    servers = await startServers();
  });
  after(() => servers?.close());

  const fetched = (name: string): Promise<Buffer> => {
    const known = checked.get(name) ?? fetchOnce(name);
    checked.set(name, known);
    return known;
  };
  async function fetchOnce(name: string): Promise<Buffer> {
    if (!name.startsWith("http://")) {
      await using client = await TftpClient.open(servers.tftpPort);
      return await fetchFile(client, name, { blockSize: 1468 });
    }
    const response = await fetch(name, { headers: { range: "bytes=0-1048575" } });
    assert.ok(response.ok, `${name}: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  for (const mode of ["full", "proxy"] as const) {
    for (const arch of architectures) {
      test(`${mode}, ${architectureTitle(arch)} (${arch}): is served and runs there, in every phase, or is refused`, async () => {
        const { world, server, source } = servers;
        const told = new Set<string | undefined>();
        for (const state of Object.values(states).flat()) {
          const mac = addNode(world, state).macs[0] ?? "";
          const leasing = { ...lan({ ranges: [{ from: "10.0.0.10", to: "10.0.0.20" }] }), server };
          const decide = (request: DhcpPacket) => {
            const plan = source.dhcpPlan(machineSeen(request));
            return mode === "full" ? decideFull(request, leasing, plan) : decideProxy(request, server, plan);
          };
          const offer = decide(asks(mac, arch, MessageType.discover));
          const loader = advertised(offer);
          const asked = asks(mac, arch, MessageType.request);
          const from = { address: "10.0.0.10", port: 4011 };
          assert.equal(
            advertised(decideBootServer(asked, server, source.dhcpPlan(machineSeen(asked)), from)),
            loader,
            "port 4011 says the same",
          );
          told.add(loader);
          if (loader === undefined) {
            const reason = offer.kind === "ignore" ? offer.reason : offer.kind === "reply" ? offer.summary : "";
            assert.match(reason, /no boot file runs on|is not among the assets/);
            continue;
          }
          assertRuns(arch, await fetched(loader));
          const script = advertised(decide(asks(mac, arch, MessageType.discover, "iPXE")));
          assert(script !== undefined, "iPXE gets its script");
          assert.deepEqual(lintScript((await fetched(script)).toString()), []);
          await assertScriptLeadsSomewhere(`${script}?mac=${mac}&platform=${arch === 0 ? "pcbios" : "efi"}`, state);
        }
        assert.equal(told.size, 1, "the boot file depends on the machine, not on its phase");
        if (!isKnownArchitecture(arch)) assert.deepEqual([...told], [undefined]);
      });
    }
  }

  async function assertScriptLeadsSomewhere(url: string, state: NodeState): Promise<void> {
    const script = await (await fetch(url)).text();
    assert.ok(script.startsWith("#!ipxe\n"), script.slice(0, 40));
    assert.deepEqual(lintScript(script), []);
    const files = [...script.matchAll(/^(kernel|initrd)(?: --\S+(?: \S+)?)* (http:\/\/\S+)/gm)];
    const loads = state.phase === "armed" || state.phase === "rescue" || (state.phase === "installing" && state.stage === undefined);
    assert.equal(files.length > 0, loads, `${state.phase}: ${script}`);
    for (const [, verb, file] of files) assert.equal(kernelOrInitrd(await fetched(file ?? "")), verb, file);
  }

  test("every refusal is an event of that machine, with its reason", async () => {
    const { world, server, source } = servers;
    const any = { address: "127.0.0.1", port: 0 };
    const dhcp = await startDhcpServer({
      mode: { kind: "proxy" },
      identity: server,
      dhcp: any,
      bootServer: any,
      source,
      together: (work) => work(),
      log,
    });
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    try {
      const refused = [1, 2, 3, 4, 5, 10, 15, 18, 20, 41, 999].filter(
        (arch) => advertised(decideProxy(asks("02:00:00:00:00:01", arch, 1), server, { netboot: true, reason: "" })) === undefined,
      );
      assert.ok(refused.length >= 8);
      const macOf = (arch: number) =>
        `02:00:00:00:${(arch >> 8).toString(16).padStart(2, "0")}:${(arch & 255).toString(16).padStart(2, "0")}`;
      for (const arch of refused) socket.send(encode(asks(macOf(arch), arch, MessageType.discover), 1472), dhcp.dhcpPort, "127.0.0.1");
      await sleep(400);
      for (const arch of refused) {
        const node = world.nodes.findByMac(macOf(arch));
        assert.ok(node, `${arch} is known`);
        const said = world.events.ofNode(node.id, 0, 10).map(({ type, summary }) => `${type} ${summary}`);
        assert.ok(
          said.some((line) => /^dhcp\.discover .*(no boot file runs on|is not among the assets)/.test(line)),
          said.join("; "),
        );
      }
    } finally {
      socket.close();
      await dhcp.close();
    }
  });
});
