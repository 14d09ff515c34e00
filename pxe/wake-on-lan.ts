/** Broadcasts the magic packet of Wake-on-LAN from our address on the boot network. */
import { createSocket } from "node:dgram";
import { once } from "node:events";

const PORT = 9;

/** Builds the packet: six bytes of 0xFF, then the MAC address sixteen times. */
export function magicPacket(mac: string): Buffer {
  const address = Buffer.from(mac.replaceAll(":", ""), "hex");
  return Buffer.concat([Buffer.alloc(6, 0xff), ...Array.from({ length: 16 }, () => address)]);
}

/** The socket binds to our address, because a broadcast leaves by the interface with that address. Only tests change `port`. */
export async function sendMagicPackets(
  macs: readonly string[],
  from: { address: string; broadcast: string; port?: number },
): Promise<void> {
  const socket = createSocket("udp4");
  try {
    socket.bind(0, from.address);
    await once(socket, "listening");
    socket.setBroadcast(true);
    for (const mac of macs) {
      await new Promise<void>((resolve, reject) => {
        socket.send(magicPacket(mac), from.port ?? PORT, from.broadcast, (error) => (error ? reject(error) : resolve()));
      });
    }
  } finally {
    socket.close();
  }
}
