/** The DHCP server of a LAN that is ours (RFC 2131 §4.3). Decides; the pool remembers. */
import type { DhcpPlan } from "../boot-source.ts";
import { MessageType, Option } from "./option.ts";
import { addressOption, type DhcpPacket, ipBytes, messageType, textOption, typeName } from "./packet.ts";
import type { Pool } from "./pool.ts";
import {
  ANY,
  type Decision,
  destination,
  echoed,
  netbootOf,
  netbootOptions,
  opening,
  replyHeader,
  type ServerIdentity,
  uint32,
} from "./reply.ts";

export interface Network {
  netmask: string;
  broadcast: string;
  router: string;
  dns: readonly string[];
  domain: string;
  leaseSeconds: number;
  /** Whether unknown addresses are refused; a server that is not the LAN's only one keeps silent. */
  authoritative: boolean;
}

export interface FullMode {
  server: ServerIdentity;
  network: Network;
  pool: Pool;
}

export function decideFull(request: DhcpPacket, mode: FullMode, plan: DhcpPlan): Decision {
  const type = messageType(request);
  const journal = [`full mode: ${typeName(type)} from ${request.mac}`];
  if (request.op !== "request") return { kind: "ignore", reason: "not a client's message", journal };
  switch (type) {
    case MessageType.discover:
      return discover(request, mode, plan, journal);
    case MessageType.request:
      return requested(request, mode, plan, journal);
    case MessageType.inform:
      return inform(request, mode, plan, journal);
    case MessageType.release: {
      const done = mode.pool.release(request.mac, request.clientAddress);
      return { kind: "ignore", reason: done ? `released ${request.clientAddress}` : "releases an address it does not hold", journal };
    }
    case MessageType.decline: {
      const address = addressOption(request, Option.requestedAddress);
      const done = address !== undefined && mode.pool.decline(request.mac, address);
      return {
        kind: "ignore",
        reason: done ? `${address} is in use by somebody else; set aside` : "declines an address it was not given",
        journal,
      };
    }
    default:
      return { kind: "ignore", reason: `a ${typeName(type)} is not for a server`, journal };
  }
}

function discover(request: DhcpPacket, mode: FullMode, plan: DhcpPlan, journal: string[]): Decision {
  const address = mode.pool.offer(request.mac, addressOption(request, Option.requestedAddress), hostName(request));
  if (address === undefined) return { kind: "ignore", reason: "no address is free", journal: [...journal, "the range is used up"] };
  return answer(request, mode, plan, MessageType.offer, address, journal);
}

function requested(request: DhcpPacket, mode: FullMode, plan: DhcpPlan, journal: string[]): Decision {
  const { pool, server, network } = mode;
  const chosen = addressOption(request, Option.serverIdentifier);
  const wanted = addressOption(request, Option.requestedAddress);
  if (chosen !== undefined && chosen !== server.address) {
    pool.withdraw(request.mac);
    return { kind: "ignore", reason: `it chose the server ${chosen}`, journal };
  }
  const state = chosen !== undefined ? "SELECTING" : wanted !== undefined ? "INIT-REBOOT" : "RENEWING or REBINDING";
  // SELECTING and INIT-REBOOT name the address in option 50, the others are using it already (RFC 2131 §4.3.2).
  const address = wanted ?? (request.clientAddress === ANY ? undefined : request.clientAddress);
  journal.push(`${state}: wants ${address ?? "no address at all"}`);
  if (address === undefined) return { kind: "ignore", reason: "a request without an address", journal };

  // A machine we know nothing of may be another server's, unless this LAN is ours alone.
  if (chosen === undefined && !pool.held(request.mac) && !network.authoritative) {
    return { kind: "ignore", reason: `unknown machine asks for ${address}, and this server is not authoritative`, journal };
  }
  if (!pool.bind(request.mac, address, hostName(request))) {
    return refuse(request, mode, `${address} is not this machine's to have`, journal);
  }
  return answer(request, mode, plan, MessageType.ack, address, journal);
}

/** It has an address by other means and asks for the rest: no yiaddr, no lease times (RFC 2131 §4.3.5). */
function inform(request: DhcpPacket, mode: FullMode, plan: DhcpPlan, journal: string[]): Decision {
  if (request.clientAddress === ANY) return { kind: "ignore", reason: "an INFORM without an address", journal };
  return answer(request, mode, plan, MessageType.ack, undefined, journal);
}

function answer(
  request: DhcpPacket,
  mode: FullMode,
  plan: DhcpPlan,
  type: number,
  address: string | undefined,
  journal: string[],
): Decision {
  const { server, network } = mode;
  const netboot = netbootOf(request, server, plan);
  journal.push(netboot.kind === "boot" ? `${netboot.stage}: boot file ${netboot.file}` : netboot.reason, plan.reason);
  const packet: DhcpPacket = {
    ...replyHeader(request),
    clientAddress: type === MessageType.ack ? request.clientAddress : ANY,
    yourAddress: address ?? ANY,
    ...(netboot.kind === "boot" && { nextServer: server.address, serverName: server.address, bootFile: netboot.file }),
    options: new Map([
      ...opening(type, server),
      ...(address === undefined ? [] : leaseOptions(network)),
      ...networkOptions(network),
      ...(netboot.kind === "boot" ? netbootOptions(request, server, netboot) : []),
      ...echoed(request),
    ]),
  };
  const what = `${type === MessageType.offer ? "offer" : "ack"} of ${address ?? "settings"}`;
  return {
    kind: "reply",
    packet,
    to: destination(request, type),
    summary: netboot.kind === "boot" ? `${what}, boot file ${netboot.file}` : what,
    journal,
  };
}

function refuse(request: DhcpPacket, { server }: FullMode, reason: string, journal: string[]): Decision {
  const packet: DhcpPacket = {
    ...replyHeader(request),
    // Behind a relay the client may have no usable address: the relay must broadcast (RFC 2131 §4.3.2).
    broadcast: request.broadcast || request.relay !== ANY,
    options: new Map([...opening(MessageType.nak, server), [Option.message, Buffer.from(reason)], ...echoed(request)]),
  };
  return { kind: "reply", packet, to: destination(request, MessageType.nak), summary: `refused: ${reason}`, journal: [...journal, reason] };
}

function leaseOptions({ leaseSeconds }: Network): [number, Uint8Array][] {
  return [
    [Option.leaseTime, uint32(leaseSeconds)],
    [Option.renewalTime, uint32(Math.floor(leaseSeconds * 0.5))],
    [Option.rebindingTime, uint32(Math.floor(leaseSeconds * 0.875))],
  ];
}

function networkOptions({ netmask, broadcast, router, dns, domain }: Network): [number, Uint8Array][] {
  return [
    [Option.subnetMask, ipBytes(netmask)],
    [Option.broadcastAddress, ipBytes(broadcast)],
    [Option.router, ipBytes(router)],
    [Option.domainNameServer, Buffer.concat(dns.map(ipBytes))],
    [Option.domainName, Buffer.from(domain)],
  ];
}

const hostName = (request: DhcpPacket) =>
  textOption(request, Option.hostName)
    .replace(/[^A-Za-z0-9.-]/g, "")
    .slice(0, 63) || undefined;
