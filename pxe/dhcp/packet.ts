/**
 * DHCPv4 wire format (RFC 2131 §2, RFC 2132 §2, RFC 3396). Bytes in, values out, and back.
 * Knows nothing of sockets, leases or boot policy.
 */
import { MessageType, Option } from "./option.ts";

export type Options = ReadonlyMap<number, Uint8Array>;

export interface DhcpPacket {
  op: "request" | "reply";
  hops: number;
  transactionId: number;
  seconds: number;
  broadcast: boolean;
  clientAddress: string; // ciaddr
  yourAddress: string; // yiaddr
  nextServer: string; // siaddr
  relay: string; // giaddr
  mac: string;
  serverName: string;
  bootFile: string;
  options: Options;
}

export class MalformedPacket extends Error {
  override readonly name = "MalformedPacket";
}

const HEADER_LENGTH = 236;
const MAGIC_COOKIE = 0x63825363;
const ETHERNET = 1;
const ETHERNET_LENGTH = 6;
/** Some relays and ROMs silently drop shorter BOOTP messages (RFC 951, RFC 1542 §2.1). */
const MIN_MESSAGE_LENGTH = 300;

export function decode(bytes: Uint8Array): DhcpPacket {
  if (bytes.length < HEADER_LENGTH + 4) throw new MalformedPacket(`${bytes.length} bytes is shorter than a DHCP header`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.readUInt32BE(HEADER_LENGTH) !== MAGIC_COOKIE) throw new MalformedPacket("magic cookie missing");
  const op = view[0];
  if (op !== 1 && op !== 2) throw new MalformedPacket(`op ${op} is neither request nor reply`);
  if (view[1] !== ETHERNET || view[2] !== ETHERNET_LENGTH) {
    throw new MalformedPacket(`hardware type ${view[1]} with ${view[2]} address bytes is not Ethernet`);
  }
  const file = view.subarray(108, 236);
  const sname = view.subarray(44, 108);
  const { options, fileUsed, snameUsed } = decodeOptions(view.subarray(HEADER_LENGTH + 4), file, sname);
  return {
    op: op === 2 ? "reply" : "request",
    hops: view.readUInt8(3),
    transactionId: view.readUInt32BE(4),
    seconds: view.readUInt16BE(8),
    broadcast: (view.readUInt16BE(10) & 0x8000) !== 0,
    clientAddress: ipAt(view, 12),
    yourAddress: ipAt(view, 16),
    nextServer: ipAt(view, 20),
    relay: ipAt(view, 24),
    mac: view
      .subarray(28, 34)
      .toString("hex")
      .replace(/..(?!$)/g, "$&:"),
    serverName: snameUsed ? "" : cString(sname),
    bootFile: fileUsed ? "" : cString(file),
    options,
  };
}

/**
 * `maxLength` is the longest DHCP message (without IP and UDP headers) the receiver takes. Options that do not
 * fit are left out from the back, but for the relay's, which must return as it came (RFC 3046 §2.2).
 */
export function encode(packet: DhcpPacket, maxLength = Number.POSITIVE_INFINITY): Buffer {
  const header = Buffer.alloc(HEADER_LENGTH + 4);
  header.set([packet.op === "reply" ? 2 : 1, ETHERNET, ETHERNET_LENGTH, packet.hops]);
  header.writeUInt32BE(packet.transactionId, 4);
  header.writeUInt16BE(packet.seconds, 8);
  header.writeUInt16BE(packet.broadcast ? 0x8000 : 0, 10);
  [packet.clientAddress, packet.yourAddress, packet.nextServer, packet.relay].forEach((address, index) => {
    header.set(ipBytes(address), 12 + index * 4);
  });
  header.write(packet.mac.replaceAll(":", ""), 28, "hex");
  header.write(packet.serverName, 44, 63, "latin1");
  header.write(packet.bootFile, 108, 127, "latin1");
  header.writeUInt32BE(MAGIC_COOKIE, HEADER_LENGTH);

  const relayAgent = packet.options.get(Option.relayAgentInformation);
  const last = relayAgent ? [...encodeOption(Option.relayAgentInformation, relayAgent)] : [];
  let room = maxLength - header.length - 1 - lengthOf(last);
  const chunks: Buffer[] = [];
  for (const [code, value] of packet.options) {
    if (code === Option.relayAgentInformation) continue;
    const encoded = [...encodeOption(code, value)];
    if (lengthOf(encoded) > room) continue;
    room -= lengthOf(encoded);
    chunks.push(...encoded);
  }
  const message = Buffer.concat([header, ...chunks, ...last, Buffer.of(Option.end)]);
  return message.length >= MIN_MESSAGE_LENGTH ? message : Buffer.concat([message], MIN_MESSAGE_LENGTH);
}

interface DecodedOptions {
  options: Map<number, Uint8Array>;
  fileUsed: boolean;
  snameUsed: boolean;
}

/** The header fields `file` and `sname` may hold options too (option 52); they are read after the options proper. */
function decodeOptions(bytes: Buffer, file: Buffer, sname: Buffer): DecodedOptions {
  const options = new Map<number, Uint8Array>();
  readOptions(bytes, options);
  const overload = options.get(Option.overload)?.[0] ?? 0;
  const fileUsed = (overload & 1) !== 0;
  const snameUsed = (overload & 2) !== 0;
  if (fileUsed) readOptions(file, options);
  if (snameUsed) readOptions(sname, options);
  return { options, fileUsed, snameUsed };
}

function readOptions(bytes: Buffer, into: Map<number, Uint8Array>): void {
  let at = 0;
  while (at < bytes.length) {
    const code = bytes.readUInt8(at++);
    if (code === Option.pad) continue;
    if (code === Option.end) return;
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) throw new MalformedPacket(`option ${code} runs past the end`);
    const value = bytes.subarray(at, at + length);
    // A repeated option continues the earlier one (RFC 3396 §7).
    const before = into.get(code);
    into.set(code, before ? Buffer.concat([before, value]) : value);
    at += length;
  }
  throw new MalformedPacket("no end option");
}

function* encodeOption(code: number, value: Uint8Array): Generator<Buffer> {
  for (let at = 0; at === 0 || at < value.length; at += 255) {
    const chunk = value.subarray(at, at + 255);
    yield Buffer.concat([Buffer.of(code, chunk.length), chunk]);
  }
}

const lengthOf = (chunks: readonly Buffer[]) => chunks.reduce((sum, chunk) => sum + chunk.length, 0);
const ipAt = (view: Buffer, at: number) => view.subarray(at, at + 4).join(".");
const cString = (bytes: Buffer) => {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
};

export const ipBytes = (address: string): Uint8Array => Uint8Array.from(address.split("."), Number);

/** An option that should hold one address; nothing when it holds something else. */
export function addressOption({ options }: DhcpPacket, code: number): string | undefined {
  const value = options.get(code);
  return value?.length === 4 ? value.join(".") : undefined;
}

export const textOption = ({ options }: DhcpPacket, code: number): string => Buffer.from(options.get(code) ?? []).toString("latin1");

export function messageType({ options }: DhcpPacket): number | undefined {
  const value = options.get(Option.messageType);
  return value?.length === 1 ? value[0] : undefined;
}

const typeNames = new Map<number, string>(Object.entries(MessageType).map(([name, code]) => [code, name]));
export const typeName = (code: number | undefined): string => (code === undefined ? "BOOTP" : (typeNames.get(code) ?? `type ${code}`));
