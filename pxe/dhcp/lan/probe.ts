/** Finds the DHCP servers on a LAN by sending a DISCOVER and collecting the offers. The probe does not lease an address. */
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

/**
 * The parameter `client` is a socket on port 68 of the interface. The option `to` is the port of the servers, which
 * differs from 67 only in tests.
 */
export async function probeDhcpServers(client: SocketSource, options: { waitMs: number; to?: number }): Promise<ProbedServer[]> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  const found = new Map<string, ProbedServer>();
  const discover = probe();
  socket.on("message", (bytes, remote) => {
    try {
      const reply = decode(bytes);
      if (reply.op !== "reply" || reply.transactionId !== discover.transactionId || messageType(reply) !== MessageType.offer) return;
      // A ProxyDHCP server offers no address, so it does not conflict with a DHCP server.
      if (reply.yourAddress === ANY) return;
      const server = addressOption(reply, Option.serverIdentifier) ?? remote.address;
      found.set(server, { server, offered: reply.yourAddress });
    } catch {
      // An invalid packet on port 68 does not prove that a DHCP server exists.
    }
  });
  await bind(socket, client);
  try {
    socket.setBroadcast(true);
    // The second attempt is for a busy LAN, where one lost packet must not hide every server.
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

/** The probe uses a random, locally administered MAC address, which no real network card has. */
function probe(): DhcpPacket {
  const mac = ["02", ...randomBytes(5).toString("hex").match(/../g)!].join(":");
  return clientMessage(mac, { transactionId: randomBytes(4).readUInt32BE(0), broadcast: true }, [
    [Option.messageType, Uint8Array.of(MessageType.discover)],
    [Option.parameterRequestList, Uint8Array.of(Option.subnetMask, Option.router)],
  ]);
}
