/**
 * Opens the sockets of a DHCP server, and assigns a decision function to each port. This file contains no rules for
 * the answers.
 */
import { createSocket, type Socket } from "node:dgram";
import type { BootSource, LeaseStore, Log } from "../boot-source.ts";
import { bind, type SocketSource } from "../socket-source.ts";
import type { Tap } from "../tap.ts";
import type { Decide, Message } from "./answering.ts";
import { machineSeen } from "./decision/client.ts";
import { decideFull, type FullMode } from "./decision/full.ts";
import { decideBootServer, decideProxy } from "./decision/proxy.ts";
import type { ServerIdentity } from "./decision/reply.ts";
import type { AskableNeighbours } from "./lan/neighbours.ts";
import { showTo } from "./show-datagram.ts";
import { Turns } from "./turns.ts";
import { warmUp } from "./warm-up.ts";

export interface DhcpServerOptions {
  /** Full mode needs the configured networks and their pools. Proxy mode assigns no addresses. */
  mode: { kind: "full"; full: FullMode; neighbours: AskableNeighbours; leases: Pick<LeaseStore, "settled"> } | { kind: "proxy" };
  identity: ServerIdentity;
  dhcp: SocketSource;
  bootServer: SocketSource;
  source: BootSource;
  /** Runs `work`, and combines all writes of `work` to the boot source into one transaction. */
  together: <T>(work: () => T) => T;
  tap?: Tap;
  log: Log;
}

export interface DhcpServer {
  dhcpPort: number;
  bootServerPort: number;
  close(): Promise<void>;
}

/**
 * The size of the receive buffer in bytes. The buffer must have room for the packets of many machines that are
 * switched on at once. The kernel may limit the buffer to a smaller size.
 */
const RECEIVE_BUFFER = 4 * 1024 * 1024;

export async function startDhcpServer(options: DhcpServerOptions): Promise<DhcpServer> {
  const { mode, identity, source, together, tap, log } = options;
  const full = mode.kind === "full" ? mode : undefined;
  const decideDhcp: Decide = full
    ? (request, from) => decideFull(request, full.full, source.dhcpPlan(machineSeen(request)), from)
    : (request, from) => decideProxy(request, identity, source.dhcpPlan(machineSeen(request)), from);
  const decideBoot: Decide = (request, from) => decideBootServer(request, identity, source.dhcpPlan(machineSeen(request)), from);

  if (full) warmUp(identity, source);
  const show = showTo(tap);
  const turns = new Turns({ leasing: full, source, together, show, log });
  const receive = (decide: Decide) => (message: Omit<Message, "decide">) => {
    show("in", message.socket, message.from, message.bytes);
    turns.take({ ...message, decide });
  };
  const dhcp = await listen(options.dhcp, receive(decideDhcp), log);
  let bootServer: Socket;
  try {
    bootServer = await listen(options.bootServer, receive(decideBoot), log);
  } catch (error) {
    dhcp.close();
    throw error;
  }
  return {
    dhcpPort: dhcp.address().port,
    bootServerPort: bootServer.address().port,
    close: async () => {
      turns.close();
      await Promise.all([dhcp, bootServer].map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
      await full?.neighbours.close();
    },
  };
}

async function listen(from: SocketSource, take: (message: Omit<Message, "decide">) => void, log: Log): Promise<Socket> {
  // Destinations are always IP addresses. A name lookup would delay each packet by a turn of the event loop.
  const socket = createSocket({ type: "udp4", reuseAddr: true, lookup: (host, _options, done) => done(null, host, 4) });
  socket.on("message", (bytes, remote) => take({ bytes, from: { address: remote.address, port: remote.port }, socket }));
  await bind(socket, from);
  socket.on("error", (error) => log.warn({ err: error }, "dhcp socket"));
  socket.setBroadcast(true);
  // A launcher can set a larger buffer than this process can. Therefore a larger buffer stays unchanged.
  if (socket.getRecvBufferSize() < RECEIVE_BUFFER) socket.setRecvBufferSize(RECEIVE_BUFFER);
  return socket;
}
