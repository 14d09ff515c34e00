/** The origin of a UDP socket. */
import type { Socket } from "node:dgram";
import { once } from "node:events";

/** Either bound to an interface by another process and passed on, or bound here. */
export type SocketSource = { fd: number } | { address: string; port: number };

export async function bind(socket: Socket, from: SocketSource): Promise<void> {
  // Registered before bind, because a passed-on descriptor is listening at once.
  const listening = once(socket, "listening"); // rejects when the port is taken
  if ("fd" in from) socket.bind({ fd: from.fd });
  else socket.bind(from.port, from.address);
  await listening;
}
