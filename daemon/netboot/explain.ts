/** What a machine would be answered now, and why: the same decisions as on the wire, with nothing changed by asking. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { decideFull } from "../../pxe/dhcp/full.ts";
import { MessageType, Option } from "../../pxe/dhcp/option.ts";
import type { DhcpPacket } from "../../pxe/dhcp/packet.ts";
import { Pool } from "../../pxe/dhcp/pool.ts";
import { decideProxy } from "../../pxe/dhcp/proxy.ts";
import { ANY, type Decision } from "../../pxe/dhcp/reply.ts";
import type { Explanation } from "../contract/explanation.ts";
import type { Node } from "../contract/node.ts";
import { bootAction } from "../fleet/boot-action.ts";
import { proposedName } from "../fleet/naming.ts";
import type { LeaseTable } from "../store/leases.ts";
import type { NodeStore } from "../store/nodes.ts";
import type { BootContent } from "./content.ts";
import { type DhcpNetwork, type DhcpSettings, fullMode, serverIdentity } from "./dhcp-settings.ts";

export interface ExplainWorld {
  nodes: NodeStore;
  leases: LeaseTable;
  config: DhcpSettings;
  network: DhcpNetwork | undefined;
  content: BootContent;
  assets: string;
}

/** Stands in the script where a real boot would get its one-time key. */
const NO_KEY = "0".repeat(32);

export function explainMachine(mac: string, options: { arch: number; userClass?: string | undefined }, world: ExplainWorld): Explanation {
  const known = world.nodes.findByMac(mac);
  const node = known ?? unknown(mac, world.nodes);
  const action = bootAction(node, 0, new Date());
  const platform = options.arch === 0 ? "pcbios" : "efi";
  const text =
    action.action === "install"
      ? world.content.install(node, action.profile, NO_KEY)
      : action.action === "wait"
        ? world.content.wait(node, 0, action.reason)
        : world.content.local(node, platform, action.reason);
  return {
    mac,
    ...(known && { node: known.name }),
    phase: known?.state.phase ?? "unknown: it would become discovered",
    dhcp: explainDhcp(mac, options, node, world),
    script: { action: action.action, reason: action.reason, text },
  };
}

function explainDhcp(
  mac: string,
  options: { arch: number; userClass?: string | undefined },
  node: Node,
  { config, network, leases, assets }: ExplainWorld,
): Explanation["dhcp"] {
  if (config.dhcp === "off" || !network) return { answer: "nothing: DHCP is off", journal: ["netboot.dhcp is off"] };
  const request = discover(mac, options);
  const identity = serverIdentity(network, config, (name) => existsSync(join(assets, "ipxe", name)));
  const plan = { netboot: true, reason: `${node.name} is ${node.state.phase}` } as const;
  let decision: Decision;
  if (config.dhcp === "proxy") decision = decideProxy(request, identity, plan);
  else {
    // A pool of its own: an offer made here is nobody's.
    const store = { all: () => leases.all(), save: () => undefined };
    const full = fullMode(config, network, identity, (settings) => new Pool({ ...settings, store, now: Date.now }));
    decision = decideFull(request, full, plan);
  }
  return {
    answer: answerOf(decision),
    journal: decision.journal,
  };
}

function answerOf(decision: Decision): string {
  switch (decision.kind) {
    case "reply":
      return `${decision.summary}, to ${decision.to.address}`;
    case "check":
      return `first asks the wire who uses ${decision.address}`;
    case "ignore":
      return `nothing: ${decision.reason}`;
  }
}

function discover(mac: string, { arch, userClass }: { arch: number; userClass?: string | undefined }): DhcpPacket {
  const id = String(arch).padStart(5, "0");
  const http = [15, 16, 18, 19, 20].includes(arch);
  return {
    op: "request",
    hops: 0,
    transactionId: 1,
    seconds: 0,
    broadcast: true,
    clientAddress: ANY,
    yourAddress: ANY,
    nextServer: ANY,
    relay: ANY,
    mac,
    serverName: "",
    bootFile: "",
    options: new Map<number, Uint8Array>([
      [Option.messageType, Uint8Array.of(MessageType.discover)],
      [Option.vendorClass, Buffer.from(`${http ? "HTTP" : "PXE"}Client:Arch:${id}:UNDI:003000`)],
      [Option.clientArchitecture, Uint8Array.of(arch >> 8, arch & 255)],
      [Option.parameterRequestList, Uint8Array.of(Option.tftpServerName, Option.bootFileName)],
      ...(userClass ? [[Option.userClass, Buffer.from(userClass)] as [number, Uint8Array]] : []),
    ]),
  };
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
