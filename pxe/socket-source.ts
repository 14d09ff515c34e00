/** Binds a UDP socket, or uses one that another process has already bound. */
import type { Socket } from "node:dgram";
import { once } from "node:events";

/** A UDP socket is either bound by another process and passed as a file descriptor, or bound by this process. */
export type SocketSource = { fd: number } | { address: string; port: number };

export async function bind(socket: Socket, from: SocketSource): Promise<void> {
  // The listener is added before `bind`, because a passed file descriptor is ready at once.
  const listening = once(socket, "listening"); // rejects if the port is in use
  if ("fd" in from) socket.bind({ fd: from.fd });
  else socket.bind(from.port, from.address);
  await listening;
}
