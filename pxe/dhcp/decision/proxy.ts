/** A ProxyDHCP server (PXE 2.1 §2.2.3) names the boot file, while the LAN's own DHCP server assigns the addresses. */

import type { DhcpPlan } from "../../boot-source.ts";
import type { Endpoint } from "../../endpoint.ts";
import { ANY } from "../message/address.ts";
import { MessageType, Option } from "../message/option.ts";
import { addressOption, type DhcpPacket, messageType, typeName } from "../message/packet.ts";
import {
  type DhcpDecision,
  destination,
  echoed,
  type NetbootAnswer,
  netbootOf,
  netbootOptions,
  opening,
  replyHeader,
  type ServerIdentity,
} from "./reply.ts";

/** On port 67, the server answers only a DISCOVER from a machine that boots over the network. */
export function decideProxy(
  request: DhcpPacket,
  server: ServerIdentity,
  plan: DhcpPlan,
  from: Endpoint = { address: ANY, port: 0 },
): DhcpDecision {
  const journal = [`proxy mode: ${typeName(messageType(request))} from ${request.mac}`];
  if (request.op !== "request") return { kind: "ignore", reason: "not a client's message", journal };
  if (messageType(request) !== MessageType.discover) {
    return { kind: "ignore", reason: `the LAN's DHCP server answers a ${typeName(messageType(request))}`, journal };
  }
  const netboot = netbootOf(request, server, plan);
  if (netboot.kind === "none") return { kind: "ignore", reason: netboot.reason, journal: [...journal, netboot.reason] };
  journal.push(`${netboot.stage}: boot file ${netboot.file}`);
  // Some ROMs fill ciaddr in a DISCOVER, although they have no address yet.
  const to = destination({ ...request, clientAddress: ANY }, MessageType.offer, from);
  const packet = { ...proxyReply(request, server, netboot, MessageType.offer), broadcast: true };
  return { kind: "reply", packet, to, summary: `ProxyDHCP offer of ${netboot.file}`, journal };
}

/**
 * Decides the answer to a unicast request on port 4011. After the offers, EDK2 and old Intel ROMs send such a request
 * in every mode of the server. Without an answer, the machine stops with the error PXE-E16. The answer is sent to the
 * sender's port, because EDK2 sends from port 4011 and iPXE from port 68.
 */
export const decideBootServer = (request: DhcpPacket, server: ServerIdentity, plan: DhcpPlan, from: Endpoint): DhcpDecision => ({
  ...decideOn4011(request, server, plan, from),
  bootServer: true,
});

function decideOn4011(request: DhcpPacket, server: ServerIdentity, plan: DhcpPlan, from: Endpoint): DhcpDecision {
  const type = messageType(request);
  const journal = [`port 4011: ${typeName(type)} from ${request.mac}`];
  if (request.op !== "request") return { kind: "ignore", reason: "not a client's message", journal };
  if (type !== MessageType.request && type !== MessageType.inform)
    return { kind: "ignore", reason: `a ${typeName(type)} does not belong on port 4011`, journal };
  const chosen = addressOption(request, Option.serverIdentifier);
  if (chosen !== undefined && chosen !== server.address)
    return { kind: "ignore", reason: `the client chose the boot server ${chosen}`, journal };
  const netboot = netbootOf(request, server, plan);
  if (netboot.kind === "none") return { kind: "ignore", reason: netboot.reason, journal: [...journal, netboot.reason] };
  journal.push(`${netboot.stage}: boot file ${netboot.file}`);
  return {
    kind: "reply",
    packet: proxyReply(request, server, netboot, MessageType.ack),
    to: from,
    summary: `boot server answer: ${netboot.file}`,
    journal,
  };
}

function proxyReply(
  request: DhcpPacket,
  server: ServerIdentity,
  netboot: Extract<NetbootAnswer, { kind: "boot" }>,
  type: number,
): DhcpPacket {
  return {
    ...replyHeader(request),
    nextServer: server.address,
    serverName: server.address,
    bootFile: netboot.file,
    options: new Map([...opening(type, server.address), ...netbootOptions(request, server, netboot), ...echoed(request)]),
  };
}
