/** The parts common to all answers: header, destination and boot options. Pure. */
import type { Endpoint } from "../../endpoint.ts";
import { ANY, BROADCAST, ipBytes } from "../message/address.ts";
import { EtherbootOption, MessageType, Option, PxeOption } from "../message/option.ts";
import type { DhcpPacket } from "../message/packet.ts";
import { RelayOption, relaySuboption } from "../message/relay-agent.ts";
import { architecture, bootStage } from "./client.ts";
import { type BootStage, bootFileFor } from "./firmware.ts";

/**
 * `withheld`: the reason why a booting machine gets no file name. `bootServer`: for an exchange on port 4011.
 */
export type DhcpDecision = { journal: string[]; bootServer?: true } & (
  | { kind: "reply"; packet: DhcpPacket; to: Endpoint; summary: string; withheld?: string }
  | { kind: "ignore"; reason: string }
  /** It is unknown whether this address is in use: check by ARP, then decide again. */
  | { kind: "check"; address: string }
);

export interface ServerIdentity {
  /** Our address on the boot network, for server identifier, TFTP and HTTP. */
  address: string;
  /** e.g. `http://10.0.0.2:8080`, without a trailing slash. */
  bootUrl: string;
  /** True if the boot file is among the assets. */
  hasBootFile(name: string): boolean;
}

/** The boot file of a machine, or the reason why it gets none. */
export type NetbootAnswer =
  | { kind: "boot"; stage: BootStage; file: string }
  | { kind: "none"; reason: string /** it wants to boot but cannot */; refused: boolean };

export function netbootOf(
  request: DhcpPacket,
  server: ServerIdentity,
  plan: { netboot: boolean; reason: string; bootFile?: string },
): NetbootAnswer {
  const stage = bootStage(request);
  if (stage === "operating-system") return { kind: "none", reason: "not booting over the network", refused: false };
  if (!plan.netboot) return { kind: "none", reason: plan.reason, refused: false };
  // iPXE runs already. Sending the loader again would loop.
  if (stage === "ipxe") return { kind: "boot", stage, file: `${server.bootUrl}/boot.ipxe` };
  const file = bootFileFor(architecture(request) ?? 0, stage, plan.bootFile, server.hasBootFile);
  if (file.kind === "refused") return { kind: "none", reason: file.reason, refused: true };
  return { kind: "boot", stage, file: stage === "uefi-http" ? `${server.bootUrl}/assets/ipxe/${file.name}` : file.name };
}

/** RFC 2131 §4.3.1 table 3: the fields that a reply copies from the request. */
export function replyHeader(request: DhcpPacket): DhcpPacket {
  return {
    ...request,
    op: "reply",
    seconds: 0,
    clientAddress: ANY,
    yourAddress: ANY,
    nextServer: ANY,
    serverName: "",
    bootFile: "",
    options: new Map(),
  };
}

/** The options that name the boot file, as tested with each firmware. */
export function netbootOptions(
  request: DhcpPacket,
  server: ServerIdentity,
  { stage, file }: Extract<NetbootAnswer, { kind: "boot" }>,
): [number, Uint8Array][] {
  const options: [number, Uint8Array][] = [[Option.vendorClass, Buffer.from(stage === "uefi-http" ? "HTTPClient" : "PXEClient")]];
  const guid = request.options.get(Option.clientMachineIdentifier);
  if (guid) options.push([Option.clientMachineIdentifier, guid]);
  if (stage === "bios-rom") options.push([Option.vendorSpecific, biosPxeOptions(request)]);
  // Without this, iPXE waits some seconds for a ProxyDHCP server, although this is the server.
  if (stage === "ipxe") options.push([Option.etherboot, Uint8Array.of(EtherbootOption.noPxeDhcp, 1, 1)]);
  const wanted = new Set(request.options.get(Option.parameterRequestList));
  // UEFI HTTP boot reads its URL only from this option. Other firmware gets the option on request, and the
  // header field always.
  if (wanted.has(Option.tftpServerName)) options.push([Option.tftpServerName, Buffer.from(server.address)]);
  if (stage === "uefi-http" || wanted.has(Option.bootFileName)) options.push([Option.bootFileName, Buffer.from(file)]);
  return options;
}

/**
 * "Just use the file": bit 3 of the discovery control. Sent only to BIOS ROMs, because EDK2 before 2017
 * discards any ProxyDHCP offer with option 43. A boot item in the request is echoed (PXE 2.1 §2.2.5).
 */
function biosPxeOptions(request: DhcpPacket): Uint8Array {
  const item = pxeBootItem(request);
  return Buffer.concat([
    Uint8Array.of(PxeOption.discoveryControl, 1, 8),
    ...(item ? [Uint8Array.of(PxeOption.bootItem, item.length), item] : []),
    Uint8Array.of(PxeOption.end),
  ]);
}

export function pxeBootItem(request: DhcpPacket): Uint8Array | undefined {
  const encapsulated = request.options.get(Option.vendorSpecific);
  if (!encapsulated) return undefined;
  for (let at = 0; at + 1 < encapsulated.length; ) {
    const code = encapsulated[at] ?? PxeOption.end;
    const length = encapsulated[at + 1] ?? 0;
    if (code === PxeOption.end || at + 2 + length > encapsulated.length) return undefined;
    if (code === PxeOption.bootItem && length === 4) return encapsulated.subarray(at + 2, at + 6);
    at += code === 0 ? 1 : 2 + length;
  }
  return undefined;
}

/**
 * RFC 2131 §4.1. A client without an address cannot answer ARP, and Node cannot send raw Ethernet frames. So
 * where the RFC says "unicast to yiaddr", this server broadcasts.
 */
export function destination(request: DhcpPacket, type: number, from: Endpoint): Endpoint {
  if (request.relay !== ANY) return { address: request.relay, port: relayPort(request, from) };
  if (type === MessageType.nak) return { address: BROADCAST, port: 68 };
  if (request.clientAddress !== ANY) return { address: request.clientAddress, port: 68 };
  return { address: BROADCAST, port: 68 };
}

/** A relay may listen on another port than 67 if it says so (RFC 8357). */
const relayPort = (request: DhcpPacket, from: Endpoint) =>
  relaySuboption(request, RelayOption.sourcePort) !== undefined && from.port !== 0 ? from.port : 67;

/**
 * A client without a limit accepts 576 bytes including IP and UDP headers (RFC 2131 §2). Ethernet allows
 * 1500.
 */
const HEADERS = 28;
const DEFAULT_LENGTH = 576 - HEADERS;
const MAX_LENGTH = 1500 - HEADERS;

export function longestReply({ options }: DhcpPacket): number {
  const value = options.get(Option.maxMessageSize);
  const said = value?.length === 2 ? (value[0] ?? 0) * 256 + (value[1] ?? 0) - HEADERS : DEFAULT_LENGTH;
  return Math.min(Math.max(said, DEFAULT_LENGTH), MAX_LENGTH);
}

/**
 * Message type and server identifier come first. EDK2 ignores an offer without option 54, and some ROMs read
 * only the first options.
 */
export const opening = (type: number, identifier: string): [number, Uint8Array][] => [
  [Option.messageType, Uint8Array.of(type)],
  [Option.serverIdentifier, ipBytes(identifier)],
];

/** Options that return unchanged to the relay or client: RFC 3046 §2.2 and RFC 6842. */
export function echoed(request: DhcpPacket): [number, Uint8Array][] {
  return [Option.clientIdentifier, Option.relayAgentInformation].flatMap((code) => {
    const value = request.options.get(code);
    return value ? [[code, value] as [number, Uint8Array]] : [];
  });
}
