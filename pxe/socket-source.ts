/** Where a UDP socket comes from. */
import type { Socket } from "node:dgram";
import { once } from "node:events";

/** Already bound to one interface and handed in, or bound here. */
export type SocketSource = { fd: number } | { address: string; port: number };

export async function bind(socket: Socket, from: SocketSource): Promise<void> {
  // Asked for before binding: a descriptor that was handed in is listening at once.
  const listening = once(socket, "listening"); // rejects when the port is taken
  if ("fd" in from) socket.bind({ fd: from.fd });
  else socket.bind(from.port, from.address);
  await listening;
}
