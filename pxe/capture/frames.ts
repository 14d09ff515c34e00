/**
 * Builds the IPv4 packets that a capture stores. A socket in Node.js delivers only the payload, so this code rebuilds
 * the headers with the original addresses, ports and checksums.
 */

import { writeIp } from "../dhcp/message/address.ts";
import type { Endpoint } from "../endpoint.ts";

const UDP = 17;
const TCP = 6;
const IP_HEADER = 20;
const UDP_HEADER = 8;
const TCP_HEADER = 20;
const PSH_ACK = 0x18;

export function udpPacket(from: Endpoint, to: Endpoint, payload: Uint8Array): Buffer {
  const packet = ipPacket(from, to, UDP, UDP_HEADER + payload.length);
  const udp = packet.subarray(IP_HEADER);
  udp.writeUInt16BE(from.port, 0);
  udp.writeUInt16BE(to.port, 2);
  udp.writeUInt16BE(udp.length, 4);
  udp.set(payload, UDP_HEADER);
  // A UDP checksum of 0 would mean that the sender computed no checksum (RFC 768).
  udp.writeUInt16BE(transportChecksum(packet, UDP) || 0xffff, 6);
  return packet;
}

/** Builds one TCP segment with data. The capture does not contain the start of the TCP connection. */
export function tcpPacket(from: Endpoint, to: Endpoint, sequence: number, payload: Uint8Array): Buffer {
  const packet = ipPacket(from, to, TCP, TCP_HEADER + payload.length);
  const tcp = packet.subarray(IP_HEADER);
  tcp.writeUInt16BE(from.port, 0);
  tcp.writeUInt16BE(to.port, 2);
  tcp.writeUInt32BE(sequence >>> 0, 4);
  tcp.writeUInt32BE(1, 8);
  tcp.writeUInt16BE(((TCP_HEADER / 4) << 12) | PSH_ACK, 12);
  tcp.writeUInt16BE(0xffff, 14);
  tcp.set(payload, TCP_HEADER);
  tcp.writeUInt16BE(transportChecksum(packet, TCP), 16);
  return packet;
}

function ipPacket(from: Endpoint, to: Endpoint, protocol: number, length: number): Buffer {
  const packet = Buffer.alloc(IP_HEADER + length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(0x4000, 6); // don't fragment
  packet[8] = 64;
  packet[9] = protocol;
  writeIp(packet, 12, from.address);
  writeIp(packet, 16, to.address);
  packet.writeUInt16BE(folded(sum(packet.subarray(0, IP_HEADER))), 10);
  return packet;
}

/** The checksum includes the pseudo header (RFC 768, RFC 9293 §3.1). */
function transportChecksum(packet: Buffer, protocol: number): number {
  const body = packet.subarray(IP_HEADER);
  return folded(sum(packet.subarray(12, 20)) + protocol + body.length + sum(body));
}

function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) total += bytes.readUInt16BE(at);
  return bytes.length % 2 === 1 ? total + (bytes[bytes.length - 1] ?? 0) * 256 : total;
}

function folded(total: number): number {
  let left = total;
  while (left > 0xffff) left = (left & 0xffff) + Math.floor(left / 0x10000);
  return ~left & 0xffff;
}
