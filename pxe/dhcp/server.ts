/** The sockets around the decisions: receive, look up, decide, send, record. No policy here. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { BootSource, Log } from "../boot-source.ts";
import { machineSeen } from "./client.ts";
import { decideFull, type FullMode } from "./full.ts";
import { MessageType, Option } from "./option.ts";
import { type DhcpPacket, decode, encode, messageType, typeName } from "./packet.ts";
import { decideBootServer, decideProxy } from "./proxy.ts";
import type { Decision, ServerIdentity } from "./reply.ts";
import { bind, type SocketSource } from "./socket.ts";

export interface DhcpServerOptions {
  /** Full mode needs a network and a pool; proxy mode hands out nothing. */
  mode: { kind: "full"; full: FullMode } | { kind: "proxy" };
  identity: ServerIdentity;
  dhcp: SocketSource;
  bootServer: SocketSource;
  source: BootSource;
  log: Log;
}

export interface DhcpServer {
  dhcpPort: number;
  bootServerPort: number;
  close(): Promise<void>;
}

/** Packets a second from one machine; firmware sends a handful. */
const RATE_PER_SECOND = 20;
/** A client that names no limit takes 576 bytes with its IP and UDP headers (RFC 2131 §2); Ethernet takes 1500. */
const DEFAULT_LENGTH = 576 - 28;
const MAX_LENGTH = 1500 - 28;

export async function startDhcpServer(options: DhcpServerOptions): Promise<DhcpServer> {
  const { mode, identity, source, log } = options;
  const budget = new Budget();

  const listen = async (from: SocketSource, decide: (request: DhcpPacket, remote: RemoteInfo) => Decision): Promise<Socket> => {
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    socket.on("message", (bytes, remote) => {
      try {
        const request = decode(bytes);
        if (!budget.spend(request.mac)) return;
        finish(socket, request, decide(request, remote));
      } catch (error) {
        log.warn({ err: error, from: remote.address }, "dhcp message dropped");
      }
    });
    await bind(socket, from);
    socket.on("error", (error) => log.warn({ err: error }, "dhcp socket"));
    socket.setBroadcast(true);
    return socket;
  };

  const finish = (socket: Socket, request: DhcpPacket, decision: Decision) => {
    const what = typeName(messageType(request));
    if (decision.kind === "ignore") {
      log.debug({ mac: request.mac, type: what, reason: decision.reason }, "dhcp ignored");
      if (isBooting(request)) source.record({ mac: request.mac, type: `dhcp.${what}`, summary: `DHCP ${what}: ${decision.reason}` });
      return;
    }
    const bytes = encode(decision.packet, maxLength(request));
    socket.send(bytes, decision.to.port, decision.to.address, (error) => {
      if (error) log.warn({ err: error, mac: request.mac, to: decision.to }, "dhcp answer not sent");
    });
    log.info({ mac: request.mac, type: what, to: decision.to.address }, decision.summary);
    source.record({
      mac: request.mac,
      type: `dhcp.${what}`,
      summary: `DHCP ${what}: ${decision.summary}`,
      detail: { journal: decision.journal },
    });
  };

  const dhcp = await listen(options.dhcp, (request) => {
    const plan = source.dhcpPlan(machineSeen(request));
    return mode.kind === "full" ? decideFull(request, mode.full, plan) : decideProxy(request, identity, plan);
  });
  let bootServer: Socket;
  try {
    bootServer = await listen(options.bootServer, (request, { address, port }) =>
      decideBootServer(request, identity, source.dhcpPlan(machineSeen(request)), { address, port }),
    );
  } catch (error) {
    dhcp.close();
    throw error;
  }
  return {
    dhcpPort: dhcp.address().port,
    bootServerPort: bootServer.address().port,
    close: async () => {
      await Promise.all([dhcp, bootServer].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    },
  };
}

function maxLength(request: DhcpPacket): number {
  const value = request.options.get(Option.maxMessageSize);
  const said = value?.length === 2 ? Buffer.from(value).readUInt16BE(0) - 28 : DEFAULT_LENGTH;
  return Math.min(Math.max(said, DEFAULT_LENGTH), MAX_LENGTH);
}

/** Only a machine that is booting has a timeline; the rest of the LAN's chatter is not ours to keep. */
const isBooting = (request: DhcpPacket) =>
  request.options.has(Option.clientArchitecture) &&
  [MessageType.discover, MessageType.request].some((type) => type === messageType(request));

/** So many packets a second a machine; what is over is dropped unread. */
class Budget {
  #spent = new Map<string, number>();
  #second = 0;

  spend(mac: string): boolean {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#spent = new Map();
    }
    const spent = (this.#spent.get(mac) ?? 0) + 1;
    this.#spent.set(mac, spent);
    return spent <= RATE_PER_SECOND;
  }
}
