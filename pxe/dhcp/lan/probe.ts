/** Finds DHCP servers on a LAN without taking an address: sends a DISCOVER and collects the offers. */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { bind, type SocketSource } from "../../socket-source.ts";
import { ANY, BROADCAST } from "../message/address.ts";
import { clientMessage } from "../message/client-message.ts";
import { MessageType, Option } from "../message/option.ts";
import { addressOption, type DhcpPacket, decode, encode, messageType } from "../message/packet.ts";

export interface ProbedServer {
  server: string;
  offered: string;
}

/** `client` is a socket on port 68 of the interface. `to` is the server port (67, except in tests). */
export async function probeDhcpServers(client: SocketSource, options: { waitMs: number; to?: number }): Promise<ProbedServer[]> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const found = new Map<string, ProbedServer>();
  const discover = probe();
  socket.on("message", (bytes, remote) => {
    try {
      const reply = decode(bytes);
      if (reply.op !== "reply" || reply.transactionId !== discover.transactionId || messageType(reply) !== MessageType.offer) return;
      // A ProxyDHCP server offers no address, so it does not compete for addresses.
      if (reply.yourAddress === ANY) return;
      const server = addressOption(reply, Option.serverIdentifier) ?? remote.address;
      found.set(server, { server, offered: reply.yourAddress });
    } catch {
      // Invalid packets on port 68 prove nothing about DHCP servers.
    }
  });
  await bind(socket, client);
  try {
    socket.setBroadcast(true);
    // Tries twice, because one lost packet must not make a busy LAN look empty.
    for (let attempt = 0; attempt < 2 && found.size === 0; attempt++) {
      await new Promise<void>((resolve, reject) => {
        socket.send(encode(discover), options.to ?? 67, BROADCAST, (error) => (error ? reject(error) : resolve()));
      });
      await sleep(options.waitMs / 2);
    }
  } finally {
    socket.close();
  }
  return [...found.values()];
}

/** Uses a random, locally administered address that no real card has. */
function probe(): DhcpPacket {
  const mac = ["02", ...randomBytes(5).toString("hex").match(/../g)!].join(":");
  return clientMessage(mac, { transactionId: randomBytes(4).readUInt32BE(0), broadcast: true }, [
    [Option.messageType, Uint8Array.of(MessageType.discover)],
    [Option.parameterRequestList, Uint8Array.of(Option.subnetMask, Option.router)],
  ]);
}
