/** A DHCP server without sockets, and machines that exchange encoded packets with it. */
import assert from "node:assert/strict";
import type { DhcpPlan, Lease } from "../../../pxe/boot-source.ts";
import type { AddressRange } from "../../../pxe/dhcp/decision/free-list.ts";
import { decideFull, type FullMode, type Neighbours, noNeighbours } from "../../../pxe/dhcp/decision/full.ts";
import { Pool } from "../../../pxe/dhcp/decision/pool.ts";
import { longestReply } from "../../../pxe/dhcp/decision/reply.ts";
import { type SharedNetwork, type Subnet, subnetOf } from "../../../pxe/dhcp/decision/shared-network.ts";
import { ipBytes, parseBlock } from "../../../pxe/dhcp/message/address.ts";
import { MessageType, Option } from "../../../pxe/dhcp/message/option.ts";
import { type DhcpPacket, decode, encode, messageType } from "../../../pxe/dhcp/message/packet.ts";
import type { Endpoint } from "../../../pxe/endpoint.ts";
import { server } from "./dhcp.ts";

export interface LanOptions {
  ranges?: AddressRange[];
  exclude?: string[];
  authoritative?: boolean;
  reservations?: Record<string, string>;
  known?: Lease[];
  leaseSeconds?: number;
  extra?: ReadonlyMap<number, Uint8Array>;
  machines?: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>;
  neighbours?: Neighbours;
  /**
   * Subnets behind relays or on the same wire: `link` as in the configuration; "own" is the server's subnet.
   */
  subnets?: { link?: string; cidr: string; router: string; ranges: AddressRange[] }[];
}

export interface Lan extends FullMode {
  /** The leases on disk, in the order they were saved. */
  saved: Lease[];
  clock: { now: number };
}

export function lan(options: LanOptions = {}): Lan {
  const saved: Lease[] = [];
  const clock = { now: 1_000_000 };
  const store = { all: () => options.known ?? [], save: (lease: Lease) => void saved.push(lease) };
  const leaseSeconds = options.leaseSeconds ?? 3600;
  const subnet = (cidr: string, router: string, ranges: AddressRange[], exclude: string[]): Subnet =>
    subnetOf({
      block: parseBlock(cidr),
      router,
      dns: ["10.0.0.1"],
      domain: "lab",
      leaseSeconds,
      extra: options.extra ?? new Map(),
      pool: new Pool({
        block: parseBlock(cidr),
        ranges,
        exclude,
        reservations: options.reservations ?? {},
        leaseSeconds,
        store,
        now: () => clock.now,
      }),
    });
  const own = subnet("10.0.0.0/24", "10.0.0.1", options.ranges ?? [{ from: "10.0.0.10", to: "10.0.0.20" }], [
    "10.0.0.2",
    "10.0.0.1",
    ...(options.exclude ?? []),
  ]);
  const links = new Map<string, Subnet[]>([["own", [own]]]);
  for (const { link, cidr, router, ranges } of options.subnets ?? []) {
    const name = link ?? cidr;
    links.set(name, [...(links.get(name) ?? []), subnet(cidr, router, ranges, [router])]);
  }
  return {
    server,
    links: [...links].map(([name, subnets]): SharedNetwork => ({ name, subnets })),
    authoritative: options.authoritative ?? true,
    machines: options.machines ?? new Map(),
    neighbours: options.neighbours ?? noNeighbours,
    saved,
    clock,
  };
}

export interface Said extends Partial<Omit<DhcpPacket, "options">> {
  requested?: string;
  server?: string;
  clientId?: string;
  /** The requested options (option 55). */
  asks?: number[];
  set?: [number, Uint8Array][];
  from?: Endpoint;
}

export interface Heard {
  /** `offer`, `ack`, `nak`, or the reason for silence. */
  kind: "offer" | "ack" | "nak" | "silence" | "check";
  packet: DhcpPacket;
  bytes: Buffer;
  to: Endpoint;
  /** The reason for silence, or the summary on the timeline. */
  summary: string;
}

const plan: DhcpPlan = { netboot: true, reason: "n1 is discovered" };
const kinds = new Map<number | undefined, Heard["kind"]>([
  [MessageType.offer, "offer"],
  [MessageType.ack, "ack"],
  [MessageType.nak, "nak"],
]);

/** A machine's network card. Its messages are encoded and decoded in both directions. */
export function machine(on: Lan, mac: string) {
  let transaction = 0x1000;
  const say = (type: number, said: Said = {}): Heard => {
    const bytes = encode(sentence(mac, type, ++transaction, said));
    const request = decode(bytes);
    const decision = decideFull(request, on, plan, said.from);
    if (decision.kind !== "reply") {
      const summary = decision.kind === "check" ? decision.address : decision.reason;
      return {
        kind: decision.kind === "check" ? "check" : "silence",
        packet: request,
        bytes: Buffer.of(),
        to: { address: "", port: 0 },
        summary,
      };
    }
    const answer = encode(decision.packet, longestReply(request));
    const packet = decode(answer);
    const kind = kinds.get(messageType(packet));
    assert(kind !== undefined, "an answer is an offer, an ack or a nak");
    assert.equal(packet.op, "reply");
    assert.equal(packet.transactionId, request.transactionId);
    assert.equal(packet.mac, mac);
    return { kind, packet, bytes: answer, to: decision.to, summary: decision.summary };
  };
  return {
    mac,
    say,
    discover: (said: Said = {}) => say(MessageType.discover, said),
    request: (said: Said) => say(MessageType.request, said),
    select: (address: string, said: Said = {}) => say(MessageType.request, { requested: address, server: on.server.address, ...said }),
    reboot: (address: string, said: Said = {}) => say(MessageType.request, { requested: address, ...said }),
    renew: (address: string, said: Said = {}) => say(MessageType.request, { clientAddress: address, ...said }),
    decline: (address: string, said: Said = {}) => say(MessageType.decline, { requested: address, server: on.server.address, ...said }),
    release: (address: string, said: Said = {}) => say(MessageType.release, { clientAddress: address, server: on.server.address, ...said }),
    inform: (said: Said) => say(MessageType.inform, said),
    /** From DISCOVER to ACK; returns the address. */
    join(said: Said = {}): string {
      const offer = this.discover(said);
      assert.equal(offer.kind, "offer", offer.summary);
      const ack = this.select(offer.packet.yourAddress, said);
      assert.equal(ack.kind, "ack", ack.summary);
      assert.equal(ack.packet.yourAddress, offer.packet.yourAddress);
      return ack.packet.yourAddress;
    },
  };
}

function sentence(mac: string, type: number, transactionId: number, said: Said): DhcpPacket {
  const { requested, server: chosen, clientId, asks, set = [], from: _from, ...header } = said;
  return {
    op: "request",
    hops: 0,
    transactionId,
    seconds: 0,
    broadcast: false,
    clientAddress: "0.0.0.0",
    yourAddress: "0.0.0.0",
    nextServer: "0.0.0.0",
    relay: "0.0.0.0",
    mac,
    serverName: "",
    bootFile: "",
    ...header,
    options: new Map<number, Uint8Array>([
      [Option.messageType, Uint8Array.of(type)],
      ...(requested === undefined ? [] : [[Option.requestedAddress, ipBytes(requested)] as const]),
      ...(chosen === undefined ? [] : [[Option.serverIdentifier, ipBytes(chosen)] as const]),
      ...(clientId === undefined ? [] : [[Option.clientIdentifier, Buffer.from(clientId, "hex")] as const]),
      ...(asks === undefined ? [] : [[Option.parameterRequestList, Uint8Array.from(asks)] as const]),
      ...set,
    ]),
  };
}
