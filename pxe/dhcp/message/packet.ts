/**
 * Encodes and decodes the DHCPv4 wire format (RFC 2131 §2, RFC 2132 §2, RFC 3396). This file has no code for sockets,
 * leases or boot policy.
 */
import { writeIp } from "./address.ts";
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

/** A correct message that this server does not answer. */
export class UnsupportedPacket extends MalformedPacket {}

const SNAME = 44;
const FILE = 108;
const HEADER_LENGTH = 236;
/** The smallest size of an answer in bytes: the header and the options that every answer needs. */
const LEAST_LENGTH = 300;
/** The length of option 52 in bytes: code, length and one byte of value. */
const OVERLOAD_LENGTH = 3;
const MAGIC_COOKIE = 0x63825363;
const ETHERNET = 1;
const INFINIBAND = 32;
const ETHERNET_LENGTH = 6;
/** Some relays and ROMs silently drop BOOTP messages with fewer bytes (RFC 951, RFC 1542 §2.1). */
const MIN_MESSAGE_LENGTH = 300;

export function decode(bytes: Uint8Array): DhcpPacket {
  if (bytes.length < HEADER_LENGTH + 4) throw new MalformedPacket(`${bytes.length} bytes is shorter than a DHCP header`);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.readUInt32BE(HEADER_LENGTH) !== MAGIC_COOKIE) throw new MalformedPacket("magic cookie missing");
  const op = view[0];
  if (op !== 1 && op !== 2) throw new MalformedPacket(`op ${op} is neither request nor reply`);
  if (view[1] === INFINIBAND) throw new UnsupportedPacket("Muster does not support DHCP over InfiniBand (RFC 4390)");
  if (view[1] !== ETHERNET || view[2] !== ETHERNET_LENGTH) {
    throw new MalformedPacket(`hardware type ${view[1]} with ${view[2]} address bytes is not Ethernet`);
  }
  const file = view.subarray(FILE, HEADER_LENGTH);
  const sname = view.subarray(SNAME, FILE);
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
    mac: macAt(view, 28),
    serverName: snameUsed ? "" : cString(sname),
    bootFile: fileUsed ? "" : cString(file),
    options,
  };
}

/**
 * The parameter `limit` is the longest DHCP message that the receiver accepts, in bytes without the IP and UDP
 * headers. Options that do not fit go into `file` and `sname` if these fields are unused (option 52). If both fields
 * are used, the options are dropped. The relay's option is returned unchanged as the last option (RFC 3046 §2.2).
 */
export function encode(packet: DhcpPacket, limit = Number.POSITIVE_INFINITY): Buffer {
  const { options } = packet;
  const relayAgent = options.get(Option.relayAgentInformation);
  const relayLength = relayAgent ? encodedLength(Option.relayAgentInformation, relayAgent) : 0;
  // A relay removes its own option before it forwards the answer, so `limit` does not include that option.
  const maxLength = Math.max(limit, LEAST_LENGTH + relayLength);
  let length = HEADER_LENGTH + 4 + relayLength + 1;
  for (const [code, value] of options) if (code !== Option.relayAgentInformation) length += encodedLength(code, value);
  const fits = length <= maxLength;

  const message = Buffer.alloc(Math.max(fits ? length : maxLength, MIN_MESSAGE_LENGTH));
  writeHeader(message, packet);
  let at = HEADER_LENGTH + 4;
  const spilled: [number, Uint8Array][] = [];
  const end = fits ? message.length : maxLength - relayLength - 1 - OVERLOAD_LENGTH;
  for (const [code, value] of options) {
    if (code === Option.relayAgentInformation) continue;
    if (!fits && at + encodedLength(code, value) > end) spilled.push([code, value]);
    else at = writeOption(message, at, code, value);
  }
  if (spilled.length > 0) at = writeSpilled(message, at, packet, spilled);
  if (relayAgent) at = writeOption(message, at, Option.relayAgentInformation, relayAgent);
  message[at++] = Option.end;
  return message.subarray(0, Math.max(at, MIN_MESSAGE_LENGTH));
}

function writeHeader(message: Buffer, packet: DhcpPacket): void {
  message[0] = packet.op === "reply" ? 2 : 1;
  message[1] = ETHERNET;
  message[2] = ETHERNET_LENGTH;
  message[3] = packet.hops;
  message.writeUInt32BE(packet.transactionId, 4);
  message.writeUInt16BE(packet.seconds, 8);
  if (packet.broadcast) message[10] = 0x80;
  writeIp(message, 12, packet.clientAddress);
  writeIp(message, 16, packet.yourAddress);
  writeIp(message, 20, packet.nextServer);
  writeIp(message, 24, packet.relay);
  for (let byte = 0; byte < ETHERNET_LENGTH; byte++) message[28 + byte] = Number.parseInt(packet.mac.slice(byte * 3, byte * 3 + 2), 16);
  if (packet.serverName !== "") message.write(packet.serverName, SNAME, 63, "latin1");
  if (packet.bootFile !== "") message.write(packet.bootFile, FILE, 127, "latin1");
  message.writeUInt32BE(MAGIC_COOKIE, HEADER_LENGTH);
}

/** Writes options into the unused header fields `file` and `sname`, in this order, and sets option 52. */
function writeSpilled(message: Buffer, at: number, packet: DhcpPacket, spilled: readonly [number, Uint8Array][]): number {
  const fields = [
    ...(packet.bootFile === "" ? [{ bit: 1, at: FILE, end: HEADER_LENGTH - 1 }] : []),
    ...(packet.serverName === "" ? [{ bit: 2, at: SNAME, end: FILE - 1 }] : []),
  ];
  let overload = 0;
  for (const [code, value] of spilled) {
    const field = fields.find((each) => each.at + encodedLength(code, value) <= each.end);
    if (!field) continue;
    field.at = writeOption(message, field.at, code, value);
    overload |= field.bit;
  }
  if (overload === 0) return at;
  for (const field of fields) if ((overload & field.bit) !== 0) message[field.at] = Option.end;
  return writeOption(message, at, Option.overload, Uint8Array.of(overload));
}

/** Splits a value of more than 255 bytes into several options with the same code (RFC 3396). */
function writeOption(message: Buffer, start: number, code: number, value: Uint8Array): number {
  let at = start;
  for (let from = 0; from === 0 || from < value.length; from += 255) {
    const length = Math.min(value.length - from, 255);
    message[at++] = code;
    message[at++] = length;
    message.set(from === 0 && length === value.length ? value : value.subarray(from, from + length), at);
    at += length;
  }
  if (readUntilZero.has(code)) message[at++] = Option.pad;
  return at;
}

/**
 * Many ROMs read these texts as C strings, and continue after the value until the first zero byte. Therefore a pad option
 * follows each text, and the value itself has no zero byte that other firmware would read.
 */
const readUntilZero = new Set<number>([Option.tftpServerName, Option.bootFileName]);

const encodedLength = (code: number, value: Uint8Array) =>
  value.length + 2 * Math.max(1, Math.ceil(value.length / 255)) + (readUntilZero.has(code) ? 1 : 0);

interface DecodedOptions {
  options: Map<number, Uint8Array>;
  fileUsed: boolean;
  snameUsed: boolean;
}

/**
 * With option 52, the header fields `file` and `sname` also contain options. Options in the header fields are read
 * after the regular options.
 */
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

/**
 * Reads the options up to the END option. Small clients forget the END option, so the end of the bytes counts as END. An option
 * that runs past the end of the bytes is no option.
 */
function readOptions(bytes: Buffer, into: Map<number, Uint8Array>): void {
  let at = 0;
  while (at < bytes.length) {
    const code = bytes.readUInt8(at++);
    if (code === Option.pad) continue;
    if (code === Option.end) return;
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) return;
    const value = bytes.subarray(at, at + length);
    // If an option is repeated, its value continues the earlier value (RFC 3396 §7).
    const before = into.get(code);
    into.set(code, before ? Buffer.concat([before, value]) : value);
    at += length;
  }
}

const ipAt = (view: Buffer, at: number) => `${view[at]}.${view[at + 1]}.${view[at + 2]}.${view[at + 3]}`;
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const macAt = (view: Buffer, at: number) => {
  let mac = hex[view[at] ?? 0] ?? "";
  for (let byte = 1; byte < ETHERNET_LENGTH; byte++) mac += `:${hex[view[at + byte] ?? 0]}`;
  return mac;
};
const cString = (bytes: Buffer) => {
  const end = bytes.indexOf(0);
  return bytes.toString("latin1", 0, end === -1 ? bytes.length : end);
};

/** Returns the address in an option of four bytes. Returns undefined for any other length. */
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
