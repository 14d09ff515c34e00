/** Limits the open connections of one address and of all addresses, and the time that a client takes to send a request. */
import type { Server } from "node:http";
import { BlockList, isIPv6, type Socket } from "node:net";
import { Tally } from "./tally.ts";

export interface ConnectionLimits {
  /** The time in which a client must send a whole request, with its body. */
  requestMs: number;
  /** The interval at which the server looks for requests that take too long. */
  checkMs: number;
  /** The server disconnects a client that neither sends nor takes data for this time. */
  idleMs: number;
  /** All clients behind a proxy, a relay or NAT share one address. */
  perAddress: number;
  inAll: number;
}

/** The longest request has 256 KiB. Even a line with 10 kB/s transfers it in half a minute. */
export const CONNECTION_LIMITS: ConnectionLimits = { requestMs: 25_000, checkMs: 5000, idleMs: 120_000, perAddress: 1000, inAll: 4000 };

/** Returns the limits in the form that Fastify takes. */
export const serverTimeouts = ({ requestMs, checkMs, idleMs }: ConnectionLimits) => ({
  requestTimeout: requestMs,
  connectionTimeout: idleMs,
  // Without this setting, a client that has its answer would be disconnected after 72 s.
  keepAliveTimeout: idleMs,
  http: { headersTimeout: requestMs, connectionsCheckingInterval: checkMs },
});

export interface ConnectionGate {
  refuse(socket: Socket): void;
  /** Addresses and networks without a limit of their own, because many clients are behind each of these addresses. */
  trusted: readonly string[];
}

/** Calls `refuse` with each connection that exceeds the limit of its address. */
export function limitConnections(server: Server, { perAddress, inAll }: ConnectionLimits, { refuse, trusted }: ConnectionGate): void {
  const open = new Tally();
  const proxies = listOf(trusted);
  server.maxConnections = inAll;
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    if (proxies.check(address, familyOf(address))) return;
    socket.once("close", open.take(address));
    if (open.of(address) > perAddress) refuse(socket);
  });
}

const familyOf = (address: string) => (isIPv6(address) ? "ipv6" : "ipv4");

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}
