/**
 * Computes the answer that a machine would receive now, and the reasons for this answer. The code makes the
 * same decisions as the servers and changes nothing.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bootsByHttp } from "../../../pxe/dhcp/decision/firmware.ts";
import { decideFull } from "../../../pxe/dhcp/decision/full.ts";
import { Pool } from "../../../pxe/dhcp/decision/pool.ts";
import { decideProxy } from "../../../pxe/dhcp/decision/proxy.ts";
import type { DhcpDecision, ServerIdentity } from "../../../pxe/dhcp/decision/reply.ts";
import { broadcastOf, netmaskOf, parseBlock, toAddress } from "../../../pxe/dhcp/message/address.ts";
import { clientMessage } from "../../../pxe/dhcp/message/client-message.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import type { DhcpPacket } from "../../../pxe/dhcp/message/packet.ts";
import type { Event } from "../../contract/event.ts";
import type { Node } from "../../contract/machines/node.ts";
import type { AskedMode, Explanation } from "../../contract/netboot/explanation.ts";
import type { AppliedQuirk } from "../../contract/netboot/quirk.ts";
import { proposedName } from "../../machines/naming.ts";
import type { EventStore } from "../../store/events.ts";
import type { NodeStore } from "../../store/machines/nodes.ts";
import type { DhcpServerTable } from "../../store/netboot/dhcp-servers.ts";
import type { LeaseTable } from "../../store/netboot/leases.ts";
import type { QuirkStore } from "../../store/netboot/quirks.ts";
import { bootAction } from "../answers/boot-action.ts";
import type { BootContent } from "../answers/content.ts";
import { loaderFile } from "../answers/loader-drivers.ts";
import { routerOptions } from "../dhcp/router-options.ts";
import { type DhcpNetwork, type DhcpSettings, fullMode, serverIdentity } from "../dhcp/settings.ts";
import { usualLadder } from "../quirks/local-boot-trial.ts";
import { quirkFile } from "../quirks/quirk-file.ts";
import { appliedQuirks, settingsOf } from "../quirks/quirks.ts";
import { dhcpOutcomeOf, rulesFor } from "./dhcp-rules.ts";
import { diagnose } from "./diagnose.ts";
import { tellSteps, wireStory } from "./wire-story.ts";

export interface ExplainWorld {
  nodes: NodeStore;
  events: EventStore;
  leases: LeaseTable;
  dhcpServers: DhcpServerTable;
  quirks: QuirkStore;
  config: DhcpSettings;
  network: DhcpNetwork | undefined;
  content: BootContent;
  assets: string;
  /** The names of all boot interfaces, including the interface of this machine. */
  among?: readonly string[];
}

/** The simulated request of a machine. */
export interface ExplainRequest {
  arch: number;
  userClass?: string | undefined;
  /** The mode to use in place of the configured mode. */
  mode?: AskedMode | undefined;
}

/** A placeholder for the one-time key that a real boot would receive in its script. */
const NO_KEY = "0".repeat(32);
/** The number of events to read, which is enough for several boots of a machine. */
const RECENT_EVENTS = 500;

export function explainMachine(mac: string, asked: ExplainRequest, world: ExplainWorld): Explanation {
  const known = world.nodes.findByMac(mac);
  const node = known ?? unknown(mac, world.nodes);
  const action = bootAction(node, 0, new Date());
  const firmware = asked.arch === 0 ? "bios" : "uefi";
  const ways = settingsOf(quirksOf(mac, node, world)).localBoot ?? usualLadder(firmware);
  const text =
    action.action === "install"
      ? world.content.install(node, mac, action.profile, NO_KEY)
      : action.action === "rescue"
        ? world.content.rescue(node, mac, NO_KEY)
        : action.action === "wipe"
          ? world.content.wipe(node, mac, NO_KEY)
          : action.action === "wait"
            ? world.content.wait(node, mac, 0, action.reason)
            : world.content.local(node, ways[0] ?? "exit-1", action.reason);
  return {
    mac,
    ...(known && { node: known.name }),
    phase: known?.state.phase ?? "unknown: it would become discovered",
    ...lastBoot(known ? world.events.ofNode(known.id, 0, RECENT_EVENTS) : [], world),
    dhcp: explainDhcp(mac, asked, node, known !== undefined, world),
    script: { action: action.action, reason: action.reason, text },
  };
}

function lastBoot(
  timeline: Event[],
  { config, network, assets, dhcpServers }: ExplainWorld,
): Pick<Explanation, "last" | "seen" | "diagnosis"> {
  const proxy = config.dhcp === "proxy";
  const story = wireStory(timeline);
  const packet = story.events.findLast(({ type }) => type.startsWith("dhcp."));
  const journal = packet?.detail?.journal;
  const router = network ? routerOptions(identityOf(network, config, assets)) : [];
  const diagnosis = diagnose(story, { proxy, router, servers: dhcpServers.all() });
  return {
    ...(packet && { last: { at: packet.at, summary: packet.summary, journal: Array.isArray(journal) ? journal.map(String) : [] } }),
    seen: tellSteps(story, proxy),
    ...(diagnosis && { diagnosis }),
  };
}

function explainDhcp(mac: string, asked: ExplainRequest, node: Node, known: boolean, world: ExplainWorld): Explanation["dhcp"] {
  const { config, network, assets, among = [] } = world;
  const mode = asked.mode ?? config.dhcp;
  const place = network && among.length > 1 ? { among, name: config.interface ?? "", address: network.address } : undefined;
  const request = discover(mac, asked);
  const quirks = quirksOf(mac, node, world);
  const bootFile = settingsOf(quirks).loader === "ipxe" ? loaderFile(asked.arch, "ipxe") : undefined;
  const served = bootFile !== undefined && existsSync(join(assets, "ipxe", bootFile));
  const plan = {
    netboot: true,
    ...(served && { bootFile }),
    reason: known ? `${node.name} is ${node.state.phase}` : "never seen: it would become discovered",
  } as const;
  const server = network && identityOf(network, config, assets);
  if (mode === "off" || !network || !server) {
    const why = mode === "off" ? "DHCP is off" : "no boot network is set up (netboot.interface)";
    return {
      answer: `nothing: ${why}`,
      rules: rulesFor(request, { mode, place, server, plan, quirks, decision: undefined }),
      journal: [why],
    };
  }
  const decision = decideAs(mode, request, plan, server, network, world);
  return {
    answer: dhcpOutcomeOf(decision),
    rules: rulesFor(request, { mode, place, server, plan, quirks, decision }),
    journal: decision.journal,
  };
}

function decideAs(
  mode: "proxy" | "full",
  request: DhcpPacket,
  plan: { netboot: true; reason: string },
  server: ServerIdentity,
  network: DhcpNetwork,
  { config, leases }: ExplainWorld,
): DhcpDecision {
  if (mode === "proxy") return decideProxy(request, server, plan);
  // The simulated offer uses a separate pool, so that it has no effect on real leases.
  const store = { all: () => leases.all(), save: () => undefined };
  // A mode other than the configured mode may have no address range, so the whole network is used.
  const settings = { ...config, range: config.range ?? wholeNetwork(network) };
  const full = fullMode(settings, network, server, (options) => new Pool({ ...options, store, now: Date.now }));
  return decideFull(request, full, plan);
}

function wholeNetwork({ address, netmask }: DhcpNetwork): { from: string; to: string } {
  const block = [...Array(33).keys()].map((prefix) => parseBlock(`${address}/${prefix}`)).find((each) => netmaskOf(each) === netmask);
  if (!block) return { from: address, to: address };
  const last = parseBlock(`${broadcastOf(block)}/32`).network - 1;
  return { from: toAddress(block.network + 1), to: toAddress(last) };
}

function quirksOf(mac: string, { facts }: Node, { quirks }: ExplainWorld): AppliedQuirk[] {
  const machine = { mac, make: facts.manufacturer, model: facts.product, firmware: facts.firmware, uuid: facts.uuid };
  return appliedQuirks(machine, { ...quirks.find(mac), lines: quirkFile() });
}

const identityOf = (network: DhcpNetwork, config: DhcpSettings, assets: string): ServerIdentity =>
  serverIdentity(network, config, (name) => existsSync(join(assets, "ipxe", name)));

function discover(mac: string, { arch, userClass }: ExplainRequest): DhcpPacket {
  const id = String(arch).padStart(5, "0");
  return clientMessage(mac, { transactionId: 1, broadcast: true }, [
    [Option.messageType, Uint8Array.of(MessageType.discover)],
    [Option.vendorClass, Buffer.from(`${bootsByHttp(arch) ? "HTTP" : "PXE"}Client:Arch:${id}:UNDI:003000`)],
    [Option.clientArchitecture, Uint8Array.of(arch >> 8, arch & 255)],
    [Option.parameterRequestList, Uint8Array.of(Option.tftpServerName, Option.bootFileName)],
    ...(userClass ? [[Option.userClass, Buffer.from(userClass)] as [number, Uint8Array]] : []),
  ]);
}

function unknown(mac: string, nodes: NodeStore): Node {
  const now = new Date().toISOString();
  return {
    id: "unknown",
    name: proposedName(mac, (name) => nodes.findByName(name) !== undefined),
    macs: [mac],
    state: { phase: "discovered" },
    facts: {},
    createdAt: now,
    updatedAt: now,
  };
}
