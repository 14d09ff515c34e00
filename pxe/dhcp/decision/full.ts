/** Decides the answers of the DHCP server in managed networks (RFC 2131 §4.3). The pools store the leases. */

import type { DhcpPlan } from "../../boot-source.ts";
import type { Endpoint } from "../../endpoint.ts";
import { ANY } from "../message/address.ts";
import { MessageType, Option } from "../message/option.ts";
import { addressOption, type DhcpPacket, messageType, textOption, typeName } from "../message/packet.ts";
import { overriddenIdentifier, selectedLink } from "../message/relay-agent.ts";
import { MOST_DECLINES } from "./declines.ts";
import { type DhcpDecision, destination, echoed, opening, replyHeader, type ServerIdentity } from "./reply.ts";
import { settingsReply } from "./settings-reply.ts";
import { type AddressOffer, offerOn, type SharedNetwork, sharedNetworkOf, subnetHolding } from "./shared-network.ts";

export interface FullMode {
  server: ServerIdentity;
  /** The first link is the network of our own interface. */
  links: readonly SharedNetwork[];
  /**
   * If true, the server refuses a request for an unknown address. If false, the server ignores a request for an
   * unknown address, because another DHCP server shares the LAN.
   */
  authoritative: boolean;
  /** The options of individual machines. The server adds these options to the options of the subnet. */
  machines: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>;
  neighbours: Neighbours;
}

/** The results of ARP checks on our own link. */
export interface Neighbours {
  /** Returns undefined if the address was not checked recently. */
  verdict(address: string): { usedBy: string | undefined } | undefined;
}

/** A replacement for networks where ARP cannot be used. It reports every address as unused. */
export const noNeighbours: Neighbours = { verdict: () => ({ usedBy: undefined }) };

/** The data of one message while the server decides its answer. */
interface Case {
  request: DhcpPacket;
  mode: FullMode;
  plan: DhcpPlan;
  from: Endpoint;
  link: SharedNetwork;
  /** The server identifier in answers to this client. A relay may override the identifier to receive renewals (RFC 5107). */
  identifier: string;
  journal: string[];
}

/** For one DISCOVER, the server skips at most this number of addresses that other machines use. */
const MAX_TRIES = 16;
const NOWHERE: Endpoint = { address: ANY, port: 0 };

export function decideFull(received: DhcpPacket, mode: FullMode, plan: DhcpPlan, from: Endpoint = NOWHERE): DhcpDecision {
  const type = messageType(received);
  const journal = [`full mode: ${typeName(type)} from ${received.mac}`];
  if (received.op !== "request") return { kind: "ignore", reason: "not a client's message", journal };
  const request = withoutStrayAddress(received, type);
  const link = sharedNetworkOf(request, mode.links);
  if (!link) return { kind: "ignore", reason: unknownLink(request), journal };
  if (mode.links.length > 1) journal.push(`on the link ${link.name}`);
  const identifier = overriddenIdentifier(request) ?? mode.server.address;
  const its: Case = { request, mode, plan, from, link, identifier, journal };
  switch (type) {
    case MessageType.discover:
      return discover(its);
    case MessageType.request:
      return requested(its);
    case MessageType.inform:
      return inform(its);
    case MessageType.release:
      return released(its);
    case MessageType.decline:
      return declined(its);
    default:
      return { kind: "ignore", reason: `a ${typeName(type)} is not for a server`, journal };
  }
}

function unknownLink(request: DhcpPacket): string {
  const selected = selectedLink(request);
  const relay = `the relay ${request.relay}`;
  return `no subnet is configured for ${selected === undefined ? relay : `the link ${selected} of ${relay}`}`;
}

/** Some clients fill ciaddr before they have an address, although table 4 of RFC 2131 §4.3.2 requires zero. */
function withoutStrayAddress(packet: DhcpPacket, type: number | undefined): DhcpPacket {
  const stray = type === MessageType.discover || (type === MessageType.request && packet.options.has(Option.requestedAddress));
  return stray && packet.clientAddress !== ANY ? { ...packet, clientAddress: ANY } : packet;
}

function discover(its: Case): DhcpDecision {
  const { request, mode, link, journal } = its;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const place = offerOn(link, request.mac, addressOption(request, Option.requestedAddress), hostName(request));
    if (!place) break;
    const use = useOf(place, its);
    if (use === "unknown") return { kind: "check", address: place.address, journal };
    if (use === "free") return settingsReply(its, MessageType.offer, place.subnet, place.address);
    journal.push(`${place.address} is in use by ${use}; set aside`);
    place.subnet.pool.suspect(place.address, use);
  }
  return { kind: "ignore", reason: `no address is free on ${mode.links.length > 1 ? link.name : "this network"}`, journal };
}

function requested(its: Case): DhcpDecision {
  const { request, mode, link, identifier, journal } = its;
  const chosen = addressOption(request, Option.serverIdentifier);
  const wanted = addressOption(request, Option.requestedAddress);
  if (chosen !== undefined && chosen !== mode.server.address && chosen !== identifier) {
    for (const { pool } of link.subnets) pool.withdraw(request.mac);
    return { kind: "ignore", reason: `it chose the server ${chosen}`, journal };
  }
  const state = chosen !== undefined ? "SELECTING" : wanted !== undefined ? "INIT-REBOOT" : "RENEWING or REBINDING";
  // A client in state SELECTING or INIT-REBOOT requests its address in option 50. A client in another state already
  // uses the address in ciaddr (RFC 2131 §4.3.2).
  const address = wanted ?? (request.clientAddress === ANY ? undefined : request.clientAddress);
  journal.push(`${state}: wants ${address ?? "no address"}`);
  if (address === undefined) return { kind: "ignore", reason: "a request without an address", journal };

  // If this server is not authoritative, an unknown client may have received its address from another server.
  const known = link.subnets.some(({ pool }) => pool.held(request.mac));
  if (chosen === undefined && !known && !mode.authoritative)
    return { kind: "ignore", reason: `unknown machine asks for ${address}, and this server is not authoritative`, journal };

  const subnet = subnetHolding(link, address);
  if (!subnet) return refuse(its, `${address} is not on this network`);
  if (!subnet.pool.mayHave(request.mac, address)) return refuse(its, `${address} is not available to this machine`);
  if (subnet.pool.held(request.mac)?.address !== address) {
    const use = useOf({ subnet, address }, its);
    if (use === "unknown") return { kind: "check", address, journal };
    if (use !== "free") {
      subnet.pool.suspect(address, use);
      return refuse(its, `${address} is in use by ${use}`);
    }
  }
  subnet.pool.bind(request.mac, address, hostName(request));
  return settingsReply(its, MessageType.ack, subnet, address);
}

/**
 * If this machine does not hold the address yet, checks whether another machine uses it. ARP can check only addresses
 * on our own link, because all other links are behind routers.
 */
function useOf({ subnet, address }: AddressOffer, { request, mode, link }: Case): "free" | "unknown" | (string & {}) {
  if (request.relay !== ANY || link !== mode.links[0] || subnet.pool.isSettled(request.mac, address)) return "free";
  const verdict = mode.neighbours.verdict(address);
  if (!verdict) return "unknown";
  return verdict.usedBy === undefined || verdict.usedBy === request.mac ? "free" : verdict.usedBy;
}

/**
 * Answers a client that has an address and requests only options. The answer has no yiaddr and no lease times (RFC
 * 2131 §4.3.5).
 */
function inform(its: Case): DhcpDecision {
  const { request, from, link, journal } = its;
  const address = request.clientAddress === ANY ? from.address : request.clientAddress;
  if (address === ANY && request.relay === ANY) return { kind: "ignore", reason: "an INFORM without an address", journal };
  const subnet = subnetHolding(link, address) ?? link.subnets[0];
  if (!subnet) return { kind: "ignore", reason: "a link without subnets", journal };
  const answer = settingsReply(its, MessageType.ack, subnet, undefined);
  if (request.relay !== ANY || request.clientAddress !== ANY || answer.kind !== "reply") return answer;
  return { ...answer, to: { address, port: 68 } };
}

function released({ request, link, mode, identifier, journal }: Case): DhcpDecision {
  const server = addressOption(request, Option.serverIdentifier);
  if (server !== undefined && server !== mode.server.address && server !== identifier)
    return { kind: "ignore", reason: `a release for the server ${server}`, journal };
  const done = subnetHolding(link, request.clientAddress)?.pool.release(request.mac, request.clientAddress) ?? false;
  return { kind: "ignore", reason: done ? `released ${request.clientAddress}` : "releases an address it does not hold", journal };
}

function declined({ request, link, mode, identifier, journal }: Case): DhcpDecision {
  const server = addressOption(request, Option.serverIdentifier);
  if (server !== undefined && server !== mode.server.address && server !== identifier)
    return { kind: "ignore", reason: `a decline for the server ${server}`, journal };
  const address = addressOption(request, Option.requestedAddress);
  if (address === undefined) return { kind: "ignore", reason: "a decline that names no address", journal };
  const declined = subnetHolding(link, address)?.pool.decline(request.mac, address) ?? 0;
  return { kind: "ignore", reason: declineWords(address, declined), journal };
}

function declineWords(address: string, declined: number): string {
  if (declined === 0) return "declines an address it was not given";
  if (declined <= MOST_DECLINES) return `${address} is in use by another machine; set aside`;
  return `this client declined ${declined} addresses, so it or its network is at fault, such as a switch that answers for others; ${address} is set aside for some minutes`;
}

function refuse({ request, from, identifier, journal }: Case, reason: string): DhcpDecision {
  const packet: DhcpPacket = {
    ...replyHeader(request),
    // The relay must broadcast this answer, because the client may have no usable address (RFC 2131 §4.3.2).
    broadcast: request.broadcast || request.relay !== ANY,
    options: new Map([...opening(MessageType.nak, identifier), [Option.message, Buffer.from(reason)], ...echoed(request)]),
  };
  return {
    kind: "reply",
    packet,
    to: destination(request, MessageType.nak, from),
    summary: `refused: ${reason}`,
    journal: [...journal, reason],
  };
}

const hostName = (request: DhcpPacket): string | undefined =>
  request.options.has(Option.hostName)
    ? textOption(request, Option.hostName)
        .replace(/[^A-Za-z0-9.-]/g, "")
        .slice(0, 63) || undefined
    : undefined;
