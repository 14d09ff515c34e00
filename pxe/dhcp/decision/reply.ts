/** Builds the parts that all answers have in common: header, destination and boot options. Pure. */
import type { Endpoint } from "../../endpoint.ts";
import { ANY, BROADCAST, ipBytes } from "../message/address.ts";
import { EtherbootOption, MessageType, Option, PxeOption } from "../message/option.ts";
import type { DhcpPacket } from "../message/packet.ts";
import { RelayOption, relaySuboption } from "../message/relay-agent.ts";
import { architecture, bootStage } from "./client.ts";
import { type BootStage, bootFileFor } from "./firmware.ts";

/** `withheld` is the reason why a booting machine gets no boot file. `bootServer` is set for an exchange on port 4011. */
export type DhcpDecision = { journal: string[]; bootServer?: true } & (
  | { kind: "reply"; packet: DhcpPacket; to: Endpoint; summary: string; withheld?: string }
  | { kind: "ignore"; reason: string }
  /** The server does not know whether this address is in use. The caller must check by ARP, then decide again. */
  | { kind: "check"; address: string }
);

export interface ServerIdentity {
  /** The IP address of this server on the boot network, used as server identifier, TFTP server and HTTP server. */
  address: string;
  /** The base URL of the boot HTTP server without a trailing slash, such as `http://10.0.0.2:8080`. */
  bootUrl: string;
  /** True if the assets folder contains the boot file. */
  hasBootFile(name: string): boolean;
}

/** The boot file of a machine, or the reason why the machine gets no boot file. */
export type NetbootAnswer =
  | { kind: "boot"; stage: BootStage; file: string }
  | { kind: "none"; reason: string /** the machine requested a boot file but cannot get one */; refused: boolean };

export function netbootOf(
  request: DhcpPacket,
  server: ServerIdentity,
  plan: { netboot: boolean; reason: string; bootFile?: string },
): NetbootAnswer {
  const stage = bootStage(request);
  if (stage === "operating-system") return { kind: "none", reason: "not booting over the network", refused: false };
  if (!plan.netboot) return { kind: "none", reason: plan.reason, refused: false };
  // The machine already runs iPXE. If the server sent the loader again, iPXE would load itself forever.
  if (stage === "ipxe") return { kind: "boot", stage, file: `${server.bootUrl}/boot.ipxe` };
  const file = bootFileFor(architecture(request) ?? 0, stage, plan.bootFile, server.hasBootFile);
  if (file.kind === "refused") return { kind: "none", reason: file.reason, refused: true };
  return { kind: "boot", stage, file: stage === "uefi-http" ? `${server.bootUrl}/assets/ipxe/${file.name}` : file.name };
}

/** Returns a reply with the fields that must be copied from the request (RFC 2131 §4.3.1, table 3). */
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

/** Returns the options that name the boot file, in the form that was tested with each firmware. */
export function netbootOptions(
  request: DhcpPacket,
  server: ServerIdentity,
  { stage, file }: Extract<NetbootAnswer, { kind: "boot" }>,
): [number, Uint8Array][] {
  const options: [number, Uint8Array][] = [[Option.vendorClass, Buffer.from(stage === "uefi-http" ? "HTTPClient" : "PXEClient")]];
  const guid = request.options.get(Option.clientMachineIdentifier);
  if (guid) options.push([Option.clientMachineIdentifier, guid]);
  if (stage === "bios-rom") options.push([Option.vendorSpecific, biosPxeOptions(request)]);
  // Without this option, iPXE would wait some seconds for a ProxyDHCP server.
  if (stage === "ipxe" || request.options.has(Option.etherboot))
    options.push([Option.etherboot, Uint8Array.of(EtherbootOption.noPxeDhcp, 1, 1)]);
  const wanted = new Set(request.options.get(Option.parameterRequestList));
  // UEFI HTTP boot reads the URL of its boot file only from this option. Other firmware reads the file name from the
  // header field, and gets the option only on request.
  if (wanted.has(Option.tftpServerName)) options.push([Option.tftpServerName, Buffer.from(server.address)]);
  if (stage === "uefi-http" || wanted.has(Option.bootFileName)) options.push([Option.bootFileName, Buffer.from(file)]);
  return options;
}

/**
 * Bit 3 of the discovery control makes the ROM load the named file directly. Option 43 is sent only to BIOS ROMs,
 * because EDK2 before 2017 discards any ProxyDHCP offer with this option. The answer repeats the boot item of the
 * request (PXE 2.1 §2.2.5).
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
 * A client without an address cannot answer ARP requests, and Node.js cannot send raw Ethernet frames. Therefore this
 * server broadcasts an answer even if RFC 2131 §4.1 requires a unicast to the field `yiaddr`.
 */
export function destination(request: DhcpPacket, type: number, from: Endpoint): Endpoint {
  if (request.relay !== ANY) return { address: request.relay, port: relayPort(request, from) };
  if (type === MessageType.nak) return { address: BROADCAST, port: 68 };
  if (request.clientAddress !== ANY) return { address: request.clientAddress, port: 68 };
  return { address: BROADCAST, port: 68 };
}

/** If a relay names its source port in a suboption, it receives answers on that port instead of port 67 (RFC 8357). */
const relayPort = (request: DhcpPacket, from: Endpoint) =>
  relaySuboption(request, RelayOption.sourcePort) !== undefined && from.port !== 0 ? from.port : 67;

/**
 * A client that states no limit accepts 576 bytes, including the IP and UDP headers (RFC 2131 §2). Ethernet allows
 * 1500 bytes.
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
 * The message type and the server identifier must be the first two options. EDK2 ignores an offer without option 54,
 * and some ROMs read only the first few options.
 */
export const opening = (type: number, identifier: string): [number, Uint8Array][] => [
  [Option.messageType, Uint8Array.of(type)],
  [Option.serverIdentifier, ipBytes(identifier)],
];

/** Returns the options that the answer must repeat unchanged for the relay (RFC 3046 §2.2) or the client (RFC 6842). */
export function echoed(request: DhcpPacket): [number, Uint8Array][] {
  return [Option.clientIdentifier, Option.relayAgentInformation].flatMap((code) => {
    const value = request.options.get(code);
    return value ? [[code, value] as [number, Uint8Array]] : [];
  });
}
